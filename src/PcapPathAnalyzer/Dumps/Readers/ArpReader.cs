using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>arp -n</c>, <c>arp -a</c> and /proc/net/arp (net-tools arp.c, net/ipv4/arp.c).</summary>
internal sealed class ArpReader : IDumpReader
{
    public string Kind => "arp";

    public int Recognise(DumpText text) => Share.Of(text, static line => IsTitle(line) || IsEntry(line) || IsLong(line) || line.StartsWith("Entries:"));

    public void Read(DumpText text, DumpDocument document)
    {
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i) || IsTitle(text[i]) || text[i].StartsWith("Entries:", StringComparison.Ordinal))
                continue;
            var words = new Words(text[i]);
            words.Next();
            var entry = IsLong(text[i]) ? Long(ref words, text.At(i)) : IsEntry(text[i]) ? Entry(ref words, text.At(i)) : null;
            if (entry is not null)
                document.Add(entry);
            else
                document.Add(Unknown.Line(this, text, i, words.Column));
        }
    }

    private static bool IsTitle(ReadOnlySpan<char> line) => (line.StartsWith("Address ") && line.Contains("HWtype", StringComparison.Ordinal)) || line.StartsWith("IP address ");

    // "? (10.0.0.1) at 00:11:22:33:44:55 [ether] on eth0"
    private static bool IsLong(ReadOnlySpan<char> line) => line.Contains(") at ", StringComparison.Ordinal) && line.Contains(" on ", StringComparison.Ordinal);

    // "10.0.0.1 ether 00:11:22:33:44:55 C eth0", "10.0.0.1 (incomplete) eth0", "10.0.0.1 0x1 0x2 00:11:22:33:44:55 * eth0"
    private static bool IsEntry(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        return words.Next() && words.Next() && words.Current is "ether" or "(incomplete)" or "infiniband" or "0x1" or "0x20";
    }

    private static NeighbourRecord? Long(ref Words words, SourceLocation at)
    {
        words.Next();
        if (!IpAddress.TryParse(words.Current.Trim("()"), out var address))
            return null;
        var entry = new NeighbourRecord { Location = at, Address = address };
        while (words.Next())
        {
            if (MacAddress.TryParse(words.Current, out var mac))
                entry = entry with { LinkLayerAddress = mac };
            else if (words.Current is "<incomplete>")
                entry = entry with { State = "INCOMPLETE" };
            else if (words.Current is "PERM" or "PUB")
                entry = Flag(entry, words.Current is "PERM" ? 'M' : 'P');
            else if (words.Current is "on")
                entry = entry with { Interface = words.Take() };
        }

        return entry;
    }

    private static NeighbourRecord? Entry(ref Words words, SourceLocation at)
    {
        // Without -n a name may stand where the address should: nothing to find the neighbour by.
        if (!IpAddress.TryParse(words.Current, out var address))
            return null;
        var entry = new NeighbourRecord { Location = at, Address = address };
        words.Next();
        if (words.Current is "(incomplete)")
            return entry with { State = "INCOMPLETE", Interface = words.Take() };
        if (words.Current.StartsWith("0x"))
            entry = KernelFlags(entry, words.TakeLong());
        entry = MacAddress.TryParse(words.Take(), out var mac) && !mac.IsNone ? entry with { LinkLayerAddress = mac } : entry;
        while (words.Next())
        {
            if (words.Rest.IsEmpty)
                entry = entry with { Interface = words.Current.ToString() };
            else if (words.Current is not "*")
                entry = words.Current.IndexOf('M') >= 0 ? Flag(entry, 'M') : words.Current.IndexOf('P') >= 0 ? Flag(entry, 'P') : entry;
        }

        return entry.Interface is null ? null : entry;
    }

    // include/uapi/linux/if_arp.h: ATF_COM 2, ATF_PERM 4, ATF_PUBL 8.
    private static NeighbourRecord KernelFlags(NeighbourRecord entry, long flags) =>
        (flags & 8) != 0 ? Flag(entry, 'P') : (flags & 4) != 0 ? Flag(entry, 'M') : flags == 0 ? entry with { State = "INCOMPLETE" } : entry;

    private static NeighbourRecord Flag(NeighbourRecord entry, char flag) => flag == 'P' ? entry with { Proxy = true } : entry with { State = "PERMANENT" };
}
