using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Reports.Markdown;

/// <summary>The network as a Mermaid flowchart: a box per namespace, its interfaces, and what joins them.</summary>
internal static class NetworkDiagram
{
    /// <summary>GitHub refuses diagrams of more than 50,000 characters or 280 edges; long before, nobody can read them.</summary>
    private const int MaxInterfaces = 80;

    public static IReadOnlyList<string> Lines(AnalysisResult result)
    {
        var captured = result.CapturePoints.Select(p => p.Device).OfType<NetworkInterface>().ToHashSet();
        var all = result.Network.Namespaces.SelectMany(n => n.Interfaces).Where(i => !i.IsLoopback || captured.Contains(i)).ToList();
        // Captured interfaces are what the flows pass; the others fill what room is left.
        var shown = all.Count <= MaxInterfaces ? [.. all] : all.OrderByDescending(captured.Contains).Take(MaxInterfaces).ToHashSet();
        var ids = all.Where(shown.Contains).Select((i, n) => (i, n)).ToDictionary(p => p.i, p => $"i{p.n}");
        var lines = new List<string> { "flowchart TB" };
        var number = 0;
        // Pods stand in the box of their node.
        foreach (var node in result.Network.Namespaces.Where(n => n.Interfaces.Any(shown.Contains)).GroupBy(n => n.Node))
        {
            lines.Add($"  subgraph n{number++}[\"{Mermaid.Label(node.Key.Name)}\"]");
            foreach (var ns in node.OrderBy(n => n.IsNode))
            {
                if (!ns.IsNode)
                    lines.Add($"    subgraph n{number++}[\"{Mermaid.Label(Short(ns))}\"]");
                lines.AddRange(ns.Interfaces.Where(shown.Contains).Select(i => $"      {ids[i]}{Shape(i)}{(captured.Contains(i) ? ":::captured" : "")}"));
                if (!ns.IsNode)
                    lines.Add("    end");
            }

            lines.Add("  end");
        }

        // From the pod down, the way the packets leave.
        foreach (var (kind, a, b) in JsonReport.Links(result.Network).Where(l => shown.Contains(l.A) && shown.Contains(l.B)))
            lines.Add(a.Namespace.IsNode && !b.Namespace.IsNode ? $"  {ids[b]} {Edge(kind)} {ids[a]}" : $"  {ids[a]} {Edge(kind)} {ids[b]}");
        lines.Add("  classDef captured stroke-width:3px");
        if (shown.Count < all.Count)
            lines.Add($"  %% {all.Count - shown.Count} more interfaces are not drawn");
        return lines;
    }

    private static string Short(NetworkNamespace pod) => pod.Name.StartsWith(pod.Node.Name + "/", StringComparison.Ordinal) ? pod.Name[(pod.Node.Name.Length + 1)..] : pod.Name;

    private static string Shape(NetworkInterface i)
    {
        var address = i.Addresses.Count > 0 ? $" {i.Addresses[0].Address.Address}" : "";
        var label = Mermaid.Label(i.Name + address);
        return i.IsBridge ? $"[[\"{label}\"]]" : i.IsVxlan ? $"([\"{label}\"])" : $"[\"{label}\"]";
    }

    private static string Edge(string kind) => kind switch
    {
        "veth" => "---",
        "bridge-port" => "-.-",
        _ => "===",
    };
}
