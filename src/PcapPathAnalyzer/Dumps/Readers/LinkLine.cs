using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>The lines below an interface's first: link layer, details of its kind, addresses, statistics.</summary>
internal static class LinkLine
{
    public static bool IsKnown(ReadOnlySpan<char> word) =>
        word is "inet" or "inet6" or "valid_lft" or "altname" or "vf" or "RX:" or "TX:" or "RX" or "TX" || word.StartsWith("link/") || LinkKinds.IsKind(word);

    /// <summary>Reads from the current word on, which is the line's first.</summary>
    public static void Read(ref Words words, SourceLocation at, LinkBuilder link)
    {
        var word = words.Current;
        if (link.Interface is null)
            words.Fail();
        else if (word.StartsWith("link/"))
            ReadLinkLayer(ref words, link);
        else if (word is "inet" or "inet6")
            AddressLine.Read(ref words, at, link);
        else if (word.EndsWith("_slave"))
            ReadPort(ref words, link);
        else if (LinkKinds.IsKind(word))
            ReadKind(ref words, link);
        else if (word is "alias" or "altname")
            link.Common.Set(word.ToString(), words.Rest.ToString());
        else if (word is "valid_lft" or "vf" || word.StartsWith("prog/xdp") || IsStatistics(word))
            return;
        else if (char.IsAsciiLetterLower(word[0]) && !words.Rest.IsEmpty && DetailWords.IsCommon(word))
            DetailWords.Read(ref words, link.Common, link.Common, fromCurrent: true);
        else
            words.Fail();
    }

    /// <summary><c>link-netns NAME</c> or <c>link-netnsid N</c>, the current word.</summary>
    public static void ReadNetns(ref Words words, LinkBuilder link)
    {
        var netns = words.Current is "link-netnsid" ? "nsid:" + words.Take() : words.Take();
        link.Change(l => l with { LinkNetns = netns });
    }

    private static bool IsStatistics(ReadOnlySpan<char> word) =>
        word is "RX:" or "TX:" or "RX" or "TX" || word.IndexOfAnyExceptInRange('0', '9') < 0;

    private static void ReadLinkLayer(ref Words words, LinkBuilder link)
    {
        var layer = words.Current[5..].ToString();
        link.Change(l => l with { LinkLayer = layer });
        // Ethernet has a MAC, tunnels an IP address, InfiniBand twenty bytes, and some nothing at all.
        if (words.Peek().IndexOfAny(':', '.') >= 0)
        {
            words.Next();
            if (MacAddress.TryParse(words.Current, out var mac))
                link.Change(l => l with { Mac = mac });
            else if (IpAddress.TryParse(words.Current, out _))
                link.Common.Set("address", words.Current.ToString());
        }

        while (words.Peek() is "brd" or "peer" or "permaddr" or "link-netns" or "link-netnsid" or "new-netnsid" or "new-netns" or "new-ifindex")
        {
            words.Next();
            if (words.Current is "link-netns" or "link-netnsid")
            {
                ReadNetns(ref words, link);
                continue;
            }

            var key = words.Current.ToString();
            link.Common.Set(key, words.Take());
        }

        DetailWords.Read(ref words, link.Common, link.Common);
    }

    private static void ReadKind(ref Words words, LinkBuilder link)
    {
        var kind = words.Current.ToString();
        link.Change(l => l with { LinkKind = kind });
        DetailWords.Read(ref words, link.Own, link.Common);
    }

    private static void ReadPort(ref Words words, LinkBuilder link)
    {
        link.PortKind = words.Current.ToString();
        DetailWords.Read(ref words, link.Port, link.Common);
    }
}
