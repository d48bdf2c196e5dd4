using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>ip neigh</c>, with or without <c>-s</c> (iproute2 ip/ipneigh.c, <c>print_neigh</c>).</summary>
internal sealed class IpNeighReader : IDumpReader
{
    public string Kind => "ip-neigh";

    public int Recognise(DumpText text) => Share.Of(text, IsNeighbour);

    public void Read(DumpText text, DumpDocument document)
    {
        var device = RouteContext.After(text.CommandWords, "dev");
        for (var i = 0; i < text.Count; i++)
        {
            var words = new Words(text[i]);
            if (text.IsBlank(i) || !words.Next())
                continue;
            if (!IpAddress.TryParse(words.Current, out var address))
            {
                document.Add(Unknown.Line(this, text, i, words.Column));
                continue;
            }

            var entry = ReadEntry(ref words, new NeighbourRecord { Location = text.At(i), Address = address, Interface = device });
            if (!words.IsBroken)
                document.Add(entry);
            if (words.Fault > 0)
                document.Add(Unknown.Line(this, text, i, words.Fault));
        }
    }

    private static NeighbourRecord ReadEntry(ref Words words, NeighbourRecord entry)
    {
        while (words.Next())
        {
            switch (words.Current)
            {
                case "dev": entry = entry with { Interface = words.Take() }; break;
                case "lladdr":
                    // Tunnels and InfiniBand have link layer addresses of other lengths: not Ethernet's, and no fault.
                    var lladdr = words.Take();
                    if (MacAddress.TryParse(lladdr, out var mac))
                        entry = entry with { LinkLayerAddress = mac };
                    else if (!IpAddress.TryParse(lladdr, out _) && lladdr.Count(static c => c == ':') != 19)
                        words.Fail();
                    break;
                case "router": entry = entry with { Router = true }; break;
                case "proxy": entry = entry with { Proxy = true }; break;
                case "used":
                    // iproute2 6.1 prints no space behind the times: "used 0/0/0probes 0".
                    if (words.Take().EndsWith("probes", StringComparison.Ordinal))
                        words.Take();
                    break;
                case "ref" or "probes" or "proto" or "protocol" or "vlan": words.Take(); break;
                case "extern_learn" or "offload" or "managed" or "extern_valid" or "nud": break;
                default:
                    if (IsState(words.Current))
                        entry = entry with { State = words.Current.ToString() };
                    else
                        words.Fail();
                    break;
            }
        }

        return entry;
    }

    /// <summary>NUD states as print_neigh_state() names them; several may hold, then the last one counts.</summary>
    private static bool IsState(ReadOnlySpan<char> word) =>
        word is "PERMANENT" or "REACHABLE" or "STALE" or "DELAY" or "PROBE" or "INCOMPLETE" or "FAILED" or "NOARP" or "NONE";

    private static bool IsNeighbour(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        if (!words.Next() || !IpAddress.TryParse(words.Current, out _))
            return false;
        while (words.Next())
        {
            if (words.Current is "lladdr" or "proxy" || IsState(words.Current))
                return true;
        }

        return false;
    }
}
