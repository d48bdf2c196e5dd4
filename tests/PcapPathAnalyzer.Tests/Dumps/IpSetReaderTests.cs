using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>IP sets as ipset 7.17 printed them after the kernel had taken them.</summary>
public sealed class IpSetReaderTests
{
    [Test]
    public void A_set_listed_and_saved_is_the_same_set()
    {
        var listed = DumpFiles.Read("pair/ipset-list.txt");
        var saved = DumpFiles.Read("pair/ipset-save.txt");
        Assert.That(listed.Problems.Concat(saved.Problems), Is.Empty);
        Assert.That(Described.Of(saved), Is.EqualTo(Described.Of(listed)));
        Assert.That(Sets(listed), Has.Count.EqualTo(17));
    }

    [Test]
    public void What_was_promised_is_what_was_read()
    {
        var promised = File.ReadLines(DumpFiles.PathOf("pair/ipset-list.txt")).Where(l => l.StartsWith("Number of entries: ", StringComparison.Ordinal)).Select(l => int.Parse(l.Split(' ')[^1]));
        var listed = Sets(DumpFiles.Read("pair/ipset-list.txt"));
        Assert.That(listed.Select(s => s.Members.Count), Is.EqualTo(promised));
        Assert.That(listed.All(s => s.IsWhole));
    }

    [Test]
    public void Each_member_keeps_what_is_kept_with_it()
    {
        var sets = Sets(DumpFiles.Read("pair/ipset-save.txt")).ToDictionary(s => s.Name);
        Assert.Multiple(() =>
        {
            Assert.That(sets["b1"].Members[0], Is.EqualTo(new IpSetMember("10.0.0.5", 2) { Timeout = 98, Packets = 0, Bytes = 0, Comment = "hello # x" }));
            Assert.That(sets["b2"].Members[0].Details, Is.EquivalentTo(new Dictionary<string, string> { ["skbmark"] = "0x11/0xff", ["skbprio"] = "1:10", ["skbqueue"] = "3" }));
            Assert.That(sets["hn"].Members.Select(m => (m.Text, m.NoMatch)), Does.Contain(("10.1.0.0/16", true)).And.Contain(("10.0.0.0/8", false)));
            Assert.That(sets["hni"].Members.Where(m => m.IsWildcard).Select(m => m.Text), Is.EqualTo(new[] { "10.1.0.0/16,cali+" }));
            Assert.That(sets["hb"].Options["netmask"], Is.EqualTo("24"));
            Assert.That(sets["h6"].Family, Is.EqualTo("inet6"));
            Assert.That(sets, Contains.Key("we ird"));
        });
    }

    [Test]
    public void A_list_without_members_says_nothing_of_who_is_in_the_set()
    {
        var document = DumpFiles.Read("pair/ipset-list-t.txt");
        Assert.That(document.Problems, Is.Empty);
        Assert.That(Sets(document).Select(s => s.IsWhole), Is.EqualTo(Enumerable.Repeat(false, 17)));
    }

    [Test]
    public void A_list_and_a_save_one_behind_the_other_are_both_read()
    {
        var both = DumpFiles.ReadText(File.ReadAllText(DumpFiles.PathOf("pair/ipset-list.txt")) + File.ReadAllText(DumpFiles.PathOf("pair/ipset-save.txt")));
        Assert.That(both.Problems, Is.Empty);
        Assert.That(Sets(both), Has.Count.EqualTo(34));
    }

    [Test]
    public void The_last_line_of_a_cut_dump_is_no_member()
    {
        var document = DumpFiles.ReadText("create a hash:ip family inet\nadd a 10.0.0.1\ncreate b hash:ip family inet\nadd b 10.0.0.1\nadd b 10.0.0.1");
        Assert.That(Sets(document).Select(s => (s.Name, s.Members.Count, s.IsWhole)), Is.EqualTo(new[] { ("a", 1, true), ("b", 1, false) }));
        Assert.That(document.Problems.Select(p => p.Location.Line), Is.EqualTo(new[] { 5 }));
    }

    [Test]
    public void Fewer_members_than_promised_are_not_the_whole_set() =>
        Assert.That(Sets(DumpFiles.ReadText("Name: a\nType: hash:ip\nNumber of entries: 3\nMembers:\n10.0.0.1\n\nName: b\nType: hash:ip\nNumber of entries: 0\nMembers:\n")).Select(s => s.IsWhole), Is.EqualTo(new[] { false, true }));

    [TestCase("add b 10.0.0.1", Description = "no such set")]
    [TestCase("add a 10.0.0.1 timeout")]
    [TestCase("add a 10.0.0.1 colour red")]
    [TestCase("create c hash:ip timeout")]
    public void A_line_that_ipset_would_not_print_is_named(string line)
    {
        var document = DumpFiles.ReadText($"create a hash:ip family inet\nadd a 10.0.0.2\n{line}\nadd a 10.0.0.3\n");
        Assert.That(document.Problems.Select(p => (p.Code, p.Location.Line)), Is.EqualTo(new[] { ("unknown-ipset", 3) }));
        Assert.That(Sets(document)[0].Members.Select(m => m.Text), Does.Contain("10.0.0.3"));
    }

    private static List<IpSetRecord> Sets(DumpDocument document) => document.Records.OfType<IpSetRecord>().ToList();
}
