using PcapPathAnalyzer.Dumps.Readers;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Json;

/// <summary><c>ip -j neigh</c>.</summary>
internal sealed class IpNeighJson : IDumpReader
{
    public string Kind => "ip-neigh";

    public int Recognise(DumpText text) =>
        JsonEntries.First(text) is { } first && first.ContainsKey("dst") && (first.ContainsKey("lladdr") || first.ContainsKey("state") || first.ContainsKey("proxy")) && !first.ContainsKey("mac") ? 95 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        var device = RouteContext.After(text.CommandWords, "dev");
        foreach (var entry in JsonEntries.Read(text, document.Add).Where(static e => e.Count > 0))
        {
            if (!IpAddress.TryParse(entry.Text("dst"), out var address))
            {
                document.Add(Unknown.Entry(this, text.At(entry), entry.ToString(Newtonsoft.Json.Formatting.None)));
                continue;
            }

            document.Add(new NeighbourRecord
            {
                Location = text.At(entry),
                Address = address,
                Interface = entry.Text("dev") ?? device,
                LinkLayerAddress = entry.Mac("lladdr"),
                State = entry.Strings("state") is [.., var state] ? state : null,
                Router = entry.Has("router"),
                Proxy = entry.Has("proxy"),
            });
        }
    }
}
