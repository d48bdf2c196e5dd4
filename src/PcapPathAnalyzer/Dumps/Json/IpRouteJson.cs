using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Dumps.Readers;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Json;

/// <summary><c>ip -j route</c>.</summary>
internal sealed class IpRouteJson : IDumpReader
{
    private static readonly string[] Words =
    [
        "tos", "advmss", "hoplimit", "initcwnd", "initrwnd", "rto_min", "rtt", "rttvar", "ssthresh", "cwnd", "reordering", "window", "quickack", "congctl", "features",
        "pref", "expires", "error", "uid", "mark", "iif",
    ];

    public string Kind => "ip-route";

    public int Recognise(DumpText text) =>
        JsonEntries.First(text) is { } first && first.ContainsKey("dst") && !first.ContainsKey("lladdr") && !first.ContainsKey("state") && !first.ContainsKey("priority")
            && (first.ContainsKey("flags") || first.ContainsKey("dev") || first.ContainsKey("gateway") || first.ContainsKey("nexthops")) && !first.ContainsKey("proxy")
            ? 90
            : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        var context = RouteContext.Of(text);
        var isSix = context.IsIpv6 || JsonEntries.Read(text, static _ => { }).Any(static e => e.Text("dst")?.Contains(':', StringComparison.Ordinal) == true);
        foreach (var entry in JsonEntries.Read(text, document.Add).Where(static e => e.Count > 0))
        {
            var isDefault = entry.Text("dst") is "default";
            if (!IpPrefix.TryParse(entry.Text("dst"), out var destination) && !isDefault)
            {
                document.Add(Unknown.Entry(this, text.At(entry), entry.ToString(Newtonsoft.Json.Formatting.None)));
                continue;
            }

            if (isDefault)
                destination = Family(entry) ?? isSix ? IpPrefix.Ipv6Default : IpPrefix.Ipv4Default;
            document.Add(Record(text, entry, destination, context));
        }
    }

    private static bool? Family(JObject entry) =>
        IpAddress.TryParse(entry.Text("gateway") ?? entry.Text("prefsrc"), out var address) ? address.IsIpv6 : entry.ContainsKey("pref") ? true : null;

    private static RouteRecord Record(DumpText text, JObject entry, IpPrefix destination, in RouteContext context)
    {
        var metrics = (entry["metrics"] as JArray)?.OfType<JObject>().FirstOrDefault();
        var hops = (entry["nexthops"] as JArray ?? []).OfType<JObject>().Select(Hop).ToList();
        var device = entry.Text("dev") ?? (hops.Count == 0 && !entry.ContainsKey("nhid") ? context.Device : null);
        if (Gateway(entry) is var gateway && (!gateway.IsNone || device is not null))
            hops.Insert(0, Hop(entry) with { Device = device, Weight = 1 });
        return new RouteRecord
        {
            Location = text.At(entry),
            Type = entry.Text("type") ?? "unicast",
            Destination = destination,
            From = IpPrefix.TryParse(entry.Text("from"), out var from) ? from : null,
            Table = entry.ContainsKey("cache") ? "cache" : entry.Text("table") ?? context.Table,
            NextHops = hops,
            Source = entry.Address("prefsrc"),
            Metric = entry.Number("metric"),
            Protocol = entry.Text("protocol"),
            Scope = entry.Text("scope"),
            Mtu = metrics?.Int("mtu") ?? entry.Int("mtu"),
            Encapsulation = Encapsulation(entry),
            NextHopId = entry.Number("nhid"),
            Details = Details(entry, metrics),
        };
    }

    private static NextHop Hop(JObject hop) => new()
    {
        Gateway = Gateway(hop),
        Device = hop.Text("dev"),
        Weight = hop.Int("weight", 1),
        Flags = hop.Strings("flags"),
    };

    // "via" is an object where the gateway is of another family than the route.
    private static IpAddress Gateway(JObject hop) => hop["via"] is JObject via ? via.Address("host") : hop.Address("gateway");

    // The destination of an IP tunnel is printed under the name of the route's own, so it cannot be told here.
    private static string? Encapsulation(JObject entry) => entry.Text("encap") switch
    {
        "seg6" => $"seg6 mode {entry.Text("mode")} segs {entry.Strings("segs").Count} [ {string.Join(' ', entry.Strings("segs"))} ]",
        "ip" => $"ip id {entry.Text("id")} src {entry.Text("src")}",
        "ip6" => $"ip6 id {entry.Text("id")} src {entry.Text("src")}",
        var other => other,
    };

    private static Dictionary<string, string> Details(JObject entry, JObject? metrics)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in Words)
        {
            if ((entry.ContainsKey("encap") && word is "tos" ? null : entry.Text(word)) is { } value)
                details[word] = word is "expires" ? value + "sec" : value;
            else if (metrics?.Text(word) is { } metric)
                details[word] = metric;
        }

        return details;
    }
}
