using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>ip -br addr</c> and <c>ip -br link</c>: name, state, then addresses or MAC and flags.</summary>
internal sealed class IpBriefReader : IDumpReader
{
    public string Kind => "ip-brief";

    public int Recognise(DumpText text) => Share.Of(text, static line => IsBrief(line));

    public void Read(DumpText text, DumpDocument document)
    {
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i))
                continue;
            var words = new Words(text[i]);
            if (IsBrief(text[i]))
                ReadLine(ref words, text.At(i), document);
            else
                words.Fail();
            if (words.Fault > 0)
                document.Add(Unknown.Line(this, text, i, words.Fault));
        }
    }

    private static bool IsBrief(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        return words.Next() && words.Next() && words.Current is "UP" or "DOWN" or "UNKNOWN" or "LOWERLAYERDOWN" or "DORMANT" or "NOTPRESENT" or "TESTING"
            && (!words.Next() || IpPrefix.TryParse(words.Current, out _) || MacAddress.TryParse(words.Current, out _) || words.Current[0] == '<' || words.Current.Count(':') == 19);
    }

    private static void ReadLine(ref Words words, SourceLocation at, DumpDocument document)
    {
        words.Next();
        var (name, peer) = LinkHeader.SplitPeer(words.Current.ToString());
        var link = new LinkRecord { Location = at, Name = name, Peer = peer, PeerIfIndex = LinkHeader.PeerIndex(peer), OperState = words.Take() };
        var addresses = new List<AddressRecord>();
        while (words.Next())
        {
            if (words.Current[0] == '<')
                link = link with { Flags = words.Current.Trim("<>").ToString().Split(',', StringSplitOptions.RemoveEmptyEntries) };
            else if (MacAddress.TryParse(words.Current, out var mac))
                link = link with { Mac = mac };
            else if (words.Current is "peer" && addresses.Count > 0 && IpPrefix.TryParse(words.Take(), out var other))
                addresses[^1] = addresses[^1] with { Peer = other, Address = new IpPrefix(addresses[^1].Address.Address, Math.Min(other.Length, addresses[^1].Address.Address.Bits)) };
            else if (words.Current is "metric")
                words.Take();
            else if (IpPrefix.TryParse(words.Current, out var address))
                addresses.Add(new AddressRecord { Location = at, Interface = name, Address = address });
            else if (words.Current.Count(':') != 19)
                words.Fail();
        }

        document.Add(link);
        foreach (var address in addresses)
            document.Add(address);
    }
}
