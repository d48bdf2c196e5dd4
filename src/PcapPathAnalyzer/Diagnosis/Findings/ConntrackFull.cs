using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>conntrack-full</c>: new connections vanish at a node whose connection tracking table has no room
/// (net/netfilter/nf_conntrack_core.c, __nf_conntrack_alloc: "table full, dropping packet").
/// </summary>
internal sealed class ConntrackFull : IFindingRule
{
    /// <summary>The dump was taken a moment before or after; nearly full then may have been full at the time.</summary>
    private const double NearlyFull = 0.95;

    private static readonly FindingCode Kind = new("conntrack-full", "The connection tracking table is full", "A node tracks as many connections as it may and drops the first packet of every new one.")
    {
        Severity = Severity.Error,
        Explanation = "Every connection that passes a node takes an entry until it times out, and with nf_conntrack_max entries the first packet of a new one is dropped before any rule of the nat table sees it. Connections that stand go on, new ones time out; the kernel's log says 'nf_conntrack: table full, dropping packet'.",
        CheckNext = "net.netfilter.nf_conntrack_count and _max, conntrack -S (drop, early_drop), and which flows fill the table (conntrack -L).",
        Reference = new Uri("https://docs.kernel.org/networking/nf_conntrack-sysctl.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var lost = evidence.Lost.Where(l => l is { Stage: LossStage.Received, IsReply: false, HasArrived: false } && Full(l.Place.Node) is not null);
        foreach (var group in lost.GroupBy(l => l.Place.Node))
        {
            var items = group.ToList();
            var flows = items.ConvertAll(i => i.Flow);
            var (count, words, certain) = Full(group.Key)!.Value;
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = group.Key.Name,
                Location = count.Location,
                Message = $"{group.Key} drops new connections like {flows[0].Requested}: {words}; last seen at {items[0].Last.Point} ({FlowEvidence.Count(flows)})",
                Advice = "Raise net.netfilter.nf_conntrack_max (kube-proxy: conntrack.maxPerCore), and find what fills the table: conntrack -L by source, long timeouts, connections that are never closed.",
                Flows = flows,
                Evidence = evidence.LastFrames(items),
                Confidence = certain ? "proven" : "likely",
            };
        }
    }

    // All namespaces of a host share nf_conntrack_max; each counts its own entries.
    private static (DumpRecord Line, string Words, bool Certain)? Full(NetworkNamespace node)
    {
        var dropped = node.ConntrackStatistics.Sum(s => s.Counters.GetValueOrDefault("drop"));
        var counter = node.ConntrackStatistics.FirstOrDefault(s => s.Counters.GetValueOrDefault("drop") > 0);
        var drops = counter is null ? "" : $", and conntrack -S counts {dropped} drops ({counter.Location})";
        if (Sysctl.Number(node, "net.netfilter.nf_conntrack_count") is not var (count, used) || Sysctl.Number(node, "net.netfilter.nf_conntrack_max") is not ({ } max, > 0 and var room) || used < room * NearlyFull)
            return null;
        return (count, $"{used} connections are tracked and {room} may be ({max.Location}){drops}", used >= room || counter is not null);
    }
}
