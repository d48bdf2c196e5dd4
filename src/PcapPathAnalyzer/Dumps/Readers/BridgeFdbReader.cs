using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>bridge fdb</c>, of one device or of all (iproute2 bridge/fdb.c, <c>print_fdb</c>).</summary>
internal sealed class BridgeFdbReader : IDumpReader
{
    public string Kind => "bridge-fdb";

    public int Recognise(DumpText text) => Share.Of(text, IsEntry);

    public void Read(DumpText text, DumpDocument document)
    {
        // `bridge fdb show dev vxlan0` does not print the device again.
        var device = RouteContext.After(text.CommandWords, "dev", "brport") ?? "";
        for (var i = 0; i < text.Count; i++)
        {
            var words = new Words(text[i]);
            if (text.IsBlank(i) || !words.Next())
                continue;
            if (!MacAddress.TryParse(words.Current, out var mac))
            {
                document.Add(Unknown.Line(this, text, i, words.Column));
                continue;
            }

            var entry = ReadEntry(ref words, new FdbRecord { Location = text.At(i), Mac = mac, Device = device });
            if (!words.IsBroken)
                document.Add(entry);
            if (words.Fault > 0)
                document.Add(Unknown.Line(this, text, i, words.Fault));
        }
    }

    private static FdbRecord ReadEntry(ref Words words, FdbRecord entry)
    {
        var flags = new List<string>();
        while (words.Next())
        {
            switch (words.Current)
            {
                case "dev":
                    // Seen doubled (`dev dev eth0`) from an iproute2 of 2018 with -s -d.
                    words.Skip("dev");
                    entry = entry with { Device = words.Take() };
                    break;
                case "master": entry = entry with { Master = words.Take() }; break;
                case "dst": entry = entry with { Destination = words.TakeAddress() }; break;
                case "vlan": entry = entry with { Vlan = words.TakeInt() }; break;
                case "port": entry = entry with { Port = words.TakeInt() }; break;
                case "vni": entry = entry with { Vni = words.TakeInt() }; break;
                case "src_vni" or "via" or "link-netnsid" or "nhid" or "used" or "updated": words.Take(); break;
                case "self" or "permanent" or "static" or "stale" or "noarp" or "local" or "extern_learn" or "offload" or "sticky" or "router" or "locked"
                    or "activity_notify" or "inactive" or "dynamic" or "added_by_user" or "added_by_ext_learn":
                    flags.Add(words.Current.ToString());
                    break;
                default: words.Fail(); break;
            }
        }

        return entry with { Flags = flags };
    }

    private static bool IsEntry(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        if (!words.Next() || !MacAddress.TryParse(words.Current, out _))
            return false;
        while (words.Next())
        {
            if (words.Current is "dev" or "master" or "dst" or "self")
                return true;
        }

        return false;
    }
}
