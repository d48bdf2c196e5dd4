using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Json;

/// <summary>CNI <c>.conf</c> and <c>.conflist</c> files.</summary>
internal sealed class CniReader : IDumpReader
{
    public string Kind => "cni";

    public int Recognise(DumpText text) =>
        JsonEntries.First(text) is { } first && (first["plugins"] is JArray || (first.ContainsKey("type") && (first.ContainsKey("cniVersion") || first.ContainsKey("ipam")))) ? 95 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        foreach (var entry in JsonEntries.Read(text, document.Add).Where(static e => e.Count > 0))
        {
            var plugins = entry["plugins"] is JArray list ? list.OfType<JObject>() : [entry];
            var read = plugins.Where(static p => p.Text("type") is not null).Select(Plugin).ToList();
            if (read.Count == 0)
                document.Add(Unknown.Entry(this, text.At(entry), entry.ToString(Newtonsoft.Json.Formatting.None)));
            else
                document.Add(new CniRecord { Location = text.At(entry), Name = entry.Text("name"), Version = entry.Text("cniVersion"), Plugins = read });
        }
    }

    private static CniPlugin Plugin(JObject plugin)
    {
        // flannel hands its own settings on to the bridge plugin.
        var settings = plugin["delegate"] as JObject ?? plugin;
        var ipam = plugin["ipam"] as JObject;
        return new CniPlugin
        {
            Type = plugin.Text("type")!,
            Bridge = settings.Text("bridge"),
            Mtu = settings.Int("mtu"),
            Hairpin = settings.Has("hairpinMode"),
            IpMasquerade = settings.Has("ipMasq"),
            Ipam = ipam?.Text("type"),
            Subnets = ipam is null ? [] : ipam.DescendantsAndSelf().OfType<JProperty>().Where(static p => p.Name is "subnet" && p.Value is JValue).Select(static p => p.Value.ToString()).ToList(),
        };
    }
}
