using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Checks;

/// <summary>How messages name things.</summary>
internal static class Words
{
    /// <summary>Another line: its file and number.</summary>
    public static string At(SourceLocation place) => $"{place.File}:{place.Line}";

    /// <summary><c>the route to 10.244.1.0/24</c>, with its table where that is not main.</summary>
    public static string Route(RouteRecord route) =>
        $"the {(route.Destination.Length == 0 ? "default route" : $"route to {Prefix(route.Destination)}")}{(route.Table is "main" or "254" ? "" : $" of table {route.Table}")}";

    /// <summary>A host's prefix without its length.</summary>
    public static string Prefix(IpPrefix prefix) => prefix.IsHost ? prefix.Address.ToString() : prefix.ToString();

    public static string Hop(NextHop hop) => hop.Gateway.IsNone ? $"{hop.Device}" : $"{hop.Gateway} dev {hop.Device}";

    /// <summary><c>default/web:http (10.96.0.1:80/tcp)</c>.</summary>
    public static string Service(ServiceEntry s)
    {
        var address = s.Address is not { } a ? $"node port {s.Port}" : a.IsIpv4 ? $"{a}:{s.Port}" : $"[{a}]:{s.Port}";
        return s.Name is null ? $"{address}/{s.Protocol.Keyword()}" : $"{s.Name} ({address}/{s.Protocol.Keyword()})";
    }

    public static string Endpoint(ServiceEndpoint e) => e.Address.IsIpv4 ? $"{e.Address}:{e.Port}" : $"[{e.Address}]:{e.Port}";

    /// <summary>Up to four of a list, and how many more there are.</summary>
    public static string Some(IReadOnlyCollection<string> items) =>
        items.Count <= 4 ? string.Join(", ", items) : $"{string.Join(", ", items.Take(3))} and {items.Count - 3} more";
}
