using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Reports;

/// <summary>Services as lines for a terminal: by name, what each is asked for by, and the endpoints each node sends to; where nodes disagree both sides stand there.</summary>
public static class ServicesText
{
    public static IEnumerable<string> Lines(Network network, TextStyle style)
    {
        var fronts = ServiceCatalogue.Fronts(network);
        if (fronts.Count == 0)
            yield return "No rules or virtual services of the bundle's dumps make a service.";
        foreach (var service in fronts.GroupBy(f => f.Name ?? Asked(f.First)))
        {
            yield return style.Bold(Printable.Text(service.Key));
            foreach (var line in service.SelectMany(f => Front(network, f, style)))
                yield return line;
        }

        var differing = fronts.Count(f => !f.IsAgreed && !f.First.IsOfOneNode);
        if (fronts.Count > 0)
            yield return $"{fronts.Count} {(fronts.Count == 1 ? "address or node port" : "addresses and node ports")} of services on {string.Join(", ", fronts.SelectMany(f => f.Entries).Select(e => Printable.Text(e.Namespace.Name)).Distinct().Order(StringComparer.Ordinal))}; {(differing == 0 ? "none differs between nodes" : $"{differing} differ between nodes")}";
    }

    private static IEnumerable<string> Front(Network network, ServiceFront front, TextStyle style)
    {
        yield return $"  {front.First.Kind.Name(),-16} {Asked(front.First)}{Remark(front, style)}";
        foreach (var view in front.Views)
        {
            yield return $"    on {string.Join(", ", view.Select(e => $"{Printable.Text(e.Namespace.Name)}{style.Dim($" [{Printable.Text(e.Location.ToString())}]")}"))}";
            if (view[0].Missing is { } missing)
                yield return $"      endpoints are not in the dumps; it would take: {missing}";
            else if (view[0].Endpoints.Count == 0)
                yield return $"      {style.Bad("no endpoints")}";
            foreach (var endpoint in view[0].Endpoints)
                yield return $"      {FiveTuple.Endpoint(endpoint.Address, endpoint.Port == 0 ? front.First.Port : endpoint.Port),-22} {Where(network, endpoint)}{style.Dim($"  [{Printable.Text(endpoint.Location.ToString())}]")}";
        }
    }

    private static string Remark(ServiceFront front, TextStyle style)
    {
        var unknown = front.UnknownTo.Count == 0 ? "" : $"  {style.Bad($"unknown to {string.Join(", ", front.UnknownTo.Select(n => Printable.Text(n.Name)))}")}";
        var differs = front.Views.Count(v => v[0].Missing is null) <= 1 ? "" : front.First.IsOfOneNode ? "  each node sends to its own endpoints only" : $"  {style.Bad("nodes disagree")}";
        return unknown + differs;
    }

    private static string Asked(ServiceEntry e) => $"{e.Protocol.Keyword()} {(e.Address is { } a ? FiveTuple.Endpoint(a, e.Port) : $"port {e.Port}")}";

    private static string Where(Network network, ServiceEndpoint endpoint) => network.Owner(endpoint.Address) is { } owner ? Printable.Text(owner.Name) : "in no namespace of the bundle";
}
