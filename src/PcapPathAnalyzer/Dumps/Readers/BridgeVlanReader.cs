using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>bridge [-d] vlan [show]</c> and <c>bridge vlan tunnelshow</c>, before and since iproute2 5.5 (iproute2 bridge/vlan.c). A port's further VLANs stand on lines of their own.</summary>
internal sealed class BridgeVlanReader : IDumpReader
{
    public string Kind => "bridge-vlan";

    public int Recognise(DumpText text) => text.Lines.Any(static l => IsTitle(l)) ? 90 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        string? device = null;
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i) || IsTitle(text[i]))
                continue;
            var words = new Words(text[i]);
            words.Next();
            if (!char.IsWhiteSpace(text[i][0]))
            {
                device = words.Current.ToString();
                // A port may have no VLAN.
                if (!words.Next() || words.Current is "None")
                    continue;
            }

            // -d prints the multicast and state settings of each VLAN below it, -s its counters.
            if (device is not null && words.Current is "state" or "RX:" or "TX:" or "mcast_router" or "mcast_snooping")
                continue;
            if (device is null || !Vlans(ref words, device, text.At(i), document))
                document.Add(Unknown.Line(this, text, i, words.Column));
        }
    }

    private static bool IsTitle(ReadOnlySpan<char> line) =>
        line is ['p', 'o', 'r', 't', ' ' or '\t', ..] && (line.Contains("vlan ids", StringComparison.Ordinal) || line.Contains("vlan-id", StringComparison.Ordinal));

    // "10 PVID Egress Untagged", "20-25", "10 100" with a tunnel.
    private static bool Vlans(ref Words words, string device, SourceLocation at, DumpDocument document)
    {
        if (!TryRange(words.Current, out var first, out var last))
            return false;
        var record = new BridgeVlanRecord { Location = at, Device = device, First = first, Last = last };
        while (words.Next())
        {
            if (words.Current is "PVID")
                record = record with { IsPvid = true };
            else if (words.Current is "Egress" && words.Skip("Untagged"))
                record = record with { IsUntagged = true };
            else if (TryRange(words.Current, out var tunnel, out _))
                record = record with { TunnelId = tunnel };
            else
                return false;
        }

        document.Add(record);
        return true;
    }

    private static bool TryRange(ReadOnlySpan<char> word, out int first, out int last)
    {
        var dash = word.IndexOf('-');
        var isFirst = int.TryParse(dash < 0 ? word : word[..dash], out first);
        last = first;
        return isFirst && (dash < 0 || int.TryParse(word[(dash + 1)..], out last)) && last >= first;
    }
}
