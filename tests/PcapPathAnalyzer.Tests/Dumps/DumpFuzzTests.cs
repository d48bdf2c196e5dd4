using CsCheck;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Bad input is normal: no reader throws on any text, and none takes more than linear time.</summary>
public sealed class DumpFuzzTests
{
    private static readonly string[] Texts = [.. Files().Select(File.ReadAllText)];

    private static readonly char[] Odd = [' ', '\n', '\t', '\0', '\r', '/', ':', '@', '<', '>', '[', ']', '{', '}', '"', '\\', '%', '#', '-', '9', 'f', '.', ',', '=', '*', 'é', '\u001b', '\ufeff'];

    private static Gen<T> Any<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    // Large files take too long to be damaged a thousand times.
    private static IEnumerable<string> Files() =>
        Directory.GetFiles(Path.Combine(TestData.Folder, "dumps"), "*", SearchOption.AllDirectories)
            .Where(static f => !f.Contains("LICENSES", StringComparison.Ordinal) && new FileInfo(f).Length is > 0 and < 20_000)
            .Concat(Directory.GetFiles(Path.Combine(TestData.Bundle("service"), "node-a"), "*.txt"))
            .Order(StringComparer.Ordinal);

    [Test]
    public void No_reader_throws_on_a_dump_cut_anywhere() =>
        Gen.Select(Any(Texts), Gen.Double[0, 1]).Sample(
            (text, part) => AskAll(text[..(int)(text.Length * part)]), iter: 1500);

    [Test]
    public void No_reader_throws_on_a_dump_with_odd_characters_in_it() =>
        Gen.Select(Any(Texts), Gen.Select(Gen.Double[0, 1], Any(Odd), Gen.Int[0, 3]).Array[1, 20]).Sample(
            (text, edits) => AskAll(edits.Aggregate(text, Edit)), iter: 1500);

    [Test]
    public void No_reader_throws_on_lines_of_all_kinds_in_any_order() =>
        Any(Texts.SelectMany(static t => t.Split('\n').Take(40)).ToArray()).Array[1, 40].Sample(
            lines => AskAll(string.Join('\n', lines)), iter: 1000);

    [Test]
    public void Problems_of_damaged_dumps_stand_on_lines_that_the_file_has() =>
        Gen.Select(Any(Texts), Gen.Double[0, 1], Gen.Double[0, 1], Any(Odd)).Sample(
            (text, cut, at, odd) =>
            {
                var damaged = Edit(text[..(int)(text.Length * cut)], (at, odd, 1));
                var lines = damaged.Split('\n').Length;
                foreach (var problem in DumpReaders.Read("x", damaged).Problems)
                    Assert.That(problem.Location.Line, Is.InRange(1, lines), problem.ToString());
            },
            iter: 500);

    [Test]
    public void A_lone_carriage_return_in_JSON_is_no_line_of_its_own()
    {
        var document = DumpReaders.Read("x", "[{\"dst\":\"192.0.2.0/24\",\r\r\"dev\":\"eth0\",\"flags\":[]}]\n");
        Assert.That(document.Records.Select(r => r.Location.Line), Is.EqualTo(new[] { 1 }));
    }

    [TestCase("10.0.0.1 dev eth0 lladdr 02:00:00:00:00:01 STALE \n")]
    [TestCase("tcp 6 5 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 [ASSURED] mark=0 use=1\n")]
    [TestCase("2: eth0: <UP> mtu 1500 state UP \n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 10.0.0.1/24 scope global eth0\n")]
    [TestCase("10.0.0.0/24 dev eth0 scope link \nwhat is this\n10.0.0.1 dev eth0 lladdr 02:00:00:00:00:01 STALE \n")]
    [TestCase("$ ip route\ndefault dev eth0\n$ ping\nwhat\n")]
    [TestCase("{\"dst\":\"10.0.0.0/8\",\"dev\":\"eth0\",\"flags\":[]}\n")]
    [TestCase("[[[[{{{{\n")]
    [TestCase("Name: a\nType: hash:ip\nHeader: family inet\nMembers:\n10.0.0.1\n\n")]
    [TestCase("create a hash:ip family inet\nadd a 10.0.0.1\n")]
    [TestCase("Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination         \nACCEPT     tcp  --  0.0.0.0/0  0.0.0.0/0  tcp dpt:22 what\n")]
    [TestCase("Chain INPUT (policy ACCEPT)\n")]
    [TestCase("-P INPUT ACCEPT\n-A INPUT -i lo -j ACCEPT\n")]
    [TestCase("IP Virtual Server version 1.2.1 (size=4096)\nTCP  10.96.0.1:443 rr\n  -> 172.18.0.2:6443 Masq 1 3 0\n")]
    [TestCase("port\tvlan ids\nbr0\t 1 PVID Egress Untagged\n")]
    [TestCase("$ ip netns exec web ip route\ndefault dev eth0\n")]
    public void Ten_times_the_text_is_about_ten_times_the_work(string entry)
    {
        DumpReaders.Read("warm", entry);
        var few = Work(string.Concat(Enumerable.Repeat(entry, 1_000)));
        var many = Work(string.Concat(Enumerable.Repeat(entry, 10_000)));

        // A reader that copies what it has read so far, again and again, would need a hundred times as much.
        Assert.That(many, Is.LessThan((few * 13) + 100_000));
    }

    // Bytes allocated on the way: unlike time, the same on every machine and at every load.
    private static long Work(string text)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        DumpReaders.Read("x", text);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // Not only the reader that recognises the text: each has to stand any text.
    private static void AskAll(string content)
    {
        DumpReaders.Read("x", content);
        var text = new DumpText("x", content.Split('\n'), 1, "ip -6 route show table 5 dev eth0", isCut: true);
        foreach (var reader in DumpReaders.All)
        {
            _ = reader.Recognise(text);
            reader.Read(text, new DumpDocument("x"));
        }
    }

    // 0 replaces, 1 inserts, 2 deletes a few, 3 doubles a stretch.
    private static string Edit(string text, (double At, char Odd, int How) edit)
    {
        if (text.Length == 0)
            return text;
        var at = Math.Min(text.Length - 1, (int)(text.Length * edit.At));
        return edit.How switch
        {
            0 => text[..at] + edit.Odd + text[(at + 1)..],
            1 => text[..at] + edit.Odd + text[at..],
            2 => text[..at] + text[Math.Min(text.Length, at + 5)..],
            _ => text[..Math.Min(text.Length, at + 60)] + text[at..],
        };
    }
}
