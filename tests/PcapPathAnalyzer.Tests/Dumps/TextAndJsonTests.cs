using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>iproute2 is held against itself: one state printed as text and as JSON has to give the same records.</summary>
public sealed class TextAndJsonTests
{
    // What only one of the two forms shows, and therefore no comparison can hold:
    private static readonly string[] OnlyInOne =
    [
        "link_netns", // text names the namespace, JSON gives its number
        "link", "link_index", // text prints eth0@if2, JSON a number; compared on their own below
        "encap", // JSON prints the tunnel's destination under the name of the route's
        "df", // JSON only
        "ttl", // 0 in JSON where text says auto
        "mtu_lock", "bridge_slave.mcast_fast_leave", // text only
    ];

    private static string Folder => Path.Combine(TestData.Folder, "dumps", "pair");

    private static IEnumerable<string> Pairs() => Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Pairs))]
    public void Text_and_JSON_of_one_state_give_the_same_records(string name)
    {
        Compare(name, File.ReadAllText(Path.Combine(Folder, name + ".txt")), File.ReadAllText(Path.Combine(Folder, name + ".json")));
    }

    [Test]
    public void The_number_of_the_other_end_is_the_same_in_text_and_JSON()
    {
        var text = DumpReaders.Read("a", File.ReadAllText(Path.Combine(Folder, "ip-d-link.txt"))).Records.OfType<LinkRecord>().Select(l => (l.Name, l.Peer, l.PeerIfIndex));
        var json = DumpReaders.Read("a", File.ReadAllText(Path.Combine(Folder, "ip-d-link.json"))).Records.OfType<LinkRecord>().Select(l => (l.Name, l.Peer, l.PeerIfIndex));
        Assert.That(json, Is.EqualTo(text));
    }

    [Test]
    public void An_entry_per_line_gives_the_same_records_as_an_entry_over_several_lines()
    {
        var lines = DumpReaders.Read("a", File.ReadAllText(Path.Combine(Folder, "ip-d-link.txt")));
        var one = DumpReaders.Read("a", File.ReadAllText(Path.Combine(Folder, "ip-o-d-link.txt")));
        Assert.That(Described.Of(one), Is.EqualTo(Described.Of(lines)));
    }

    internal static void Compare(string name, string text, string json)
    {
        var fromText = DumpReaders.Read(name + ".txt", text);
        var fromJson = DumpReaders.Read(name + ".json", json);
        Assert.That(fromText.Problems.Concat(fromJson.Problems), Is.Empty);
        Assert.That(fromText.Records, Is.Not.Empty);
        Assert.That(Described.Of(fromJson, OnlyInOne), Is.EqualTo(Described.Of(fromText, OnlyInOne)));
    }
}
