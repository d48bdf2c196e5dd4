using PcapPathAnalyzer.Dumps.Readers;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Json;

/// <summary><c>bridge -j fdb</c>.</summary>
internal sealed class BridgeFdbJson : IDumpReader
{
    public string Kind => "bridge-fdb";

    public int Recognise(DumpText text) => JsonEntries.First(text) is { } first && first.ContainsKey("mac") && (first.ContainsKey("ifname") || first.ContainsKey("master") || first.ContainsKey("dst")) ? 95 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        var device = RouteContext.After(text.CommandWords, "dev", "brport") ?? "";
        foreach (var entry in JsonEntries.Read(text, document.Add).Where(static e => e.Count > 0))
        {
            if (!MacAddress.TryParse(entry.Text("mac"), out var mac))
            {
                document.Add(Unknown.Entry(this, text.At(entry), entry.ToString(Newtonsoft.Json.Formatting.None)));
                continue;
            }

            document.Add(new FdbRecord
            {
                Location = text.At(entry),
                Mac = mac,
                Device = entry.Text("ifname") ?? device,
                Master = entry.Text("master"),
                Destination = entry.Address("dst"),
                Port = entry.Int("port"),
                Vni = entry.Int("vni", -1),
                Vlan = entry.Int("vlan", -1),
                Flags = [.. entry.Strings("flags"), .. entry.Text("state") is { Length: > 0 } state ? [state] : Array.Empty<string>()],
            });
        }
    }
}
