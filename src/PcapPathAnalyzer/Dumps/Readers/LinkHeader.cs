using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>The first line of an interface: <c>2: eth0@if5: &lt;UP,…&gt; mtu 1500 …</c>, or of <c>-o addr</c>: <c>2: eth0    inet …</c>.</summary>
internal static class LinkHeader
{
    public static bool IsHeader(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        if (!words.Next() || !IsIndex(words.Current) || !words.Next())
            return false;
        var named = words.Current[^1] == ':';
        return words.Next() && (named ? words.Current[0] == '<' : words.Current is "inet" or "inet6" || words.Current.StartsWith("link/"));
    }

    /// <summary>Reads from before the first word on.</summary>
    public static void Read(ref Words words, SourceLocation at, LinkBuilder link)
    {
        words.Next();
        if (!int.TryParse(words.Current[..^1], out var index))
            words.Fail();
        words.Next();
        if (words.Current[^1] != ':')
        {
            link.BeginNamed(index, words.Current.ToString());
            words.Next();
            LinkLine.Read(ref words, at, link);
            return;
        }

        var (name, peer) = SplitPeer(words.Current[..^1].ToString());
        var record = new LinkRecord { Location = at, IfIndex = index, Name = name, Peer = peer, PeerIfIndex = PeerIndex(peer) };
        words.Next();
        record = record with { Flags = words.Current.Trim("<>").ToString().Split(',', StringSplitOptions.RemoveEmptyEntries) };
        link.Begin(record);
        ReadRest(ref words, link);
    }

    /// <summary><c>eth0@if5</c> to its two halves.</summary>
    public static (string Name, string? Peer) SplitPeer(string name) =>
        name.IndexOf('@') is var at and > 0 ? (name[..at], name[(at + 1)..]) : (name, null);

    /// <summary>N of <c>ifN</c>; 0 for a name.</summary>
    public static int PeerIndex(string? peer) =>
        peer is not null && peer.StartsWith("if", StringComparison.Ordinal) && int.TryParse(peer.AsSpan(2), out var index) && index > 0 ? index : 0;

    private static bool IsIndex(ReadOnlySpan<char> word) => word.Length > 1 && word[^1] == ':' && word[..^1].IndexOfAnyExceptInRange('0', '9') < 0;

    // `bridge link` prints the port's state, in lower case, where `ip link` has the interface's.
    private static void ReadState(string state, LinkBuilder link)
    {
        if (state.Length > 0 && char.IsAsciiLetterLower(state[0]))
            link.Port.Set("state", state);
        else
            link.Change(l => l with { OperState = state });
    }

    private static void ReadRest(ref Words words, LinkBuilder link)
    {
        while (words.Next())
        {
            switch (words.Current)
            {
                case "mtu":
                    var mtu = words.TakeInt();
                    link.Change(l => l with { Mtu = mtu });
                    break;
                case "master":
                    var master = words.Take();
                    link.Change(l => l with { Master = master });
                    break;
                case "state":
                    ReadState(words.Take(), link);
                    break;
                case "priority" or "cost":
                    var port = words.Current.ToString();
                    link.Port.Set(port, words.Take());
                    break;
                case "mode": link.Common.Set("linkmode", words.Take()); break;
                case "qdisc" or "group" or "qlen" or "vrf" or "protodown" or "protodown_reason" or "numtxqueues":
                    var word = words.Current.ToString();
                    link.Common.Set(word, words.Take());
                    break;
                case "link-netns" or "link-netnsid": LinkLine.ReadNetns(ref words, link); break;
                default:
                    if (words.Current.StartsWith("xdp"))
                        link.Common.Set("xdp", words.Current.ToString());
                    else
                        words.Fail();
                    break;
            }
        }
    }
}
