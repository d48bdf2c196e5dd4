using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Checks;

/// <summary>A connection tracking table with no room for new connections (net/netfilter/nf_conntrack_core.c: "nf_conntrack: table full, dropping packet").</summary>
internal sealed class ConntrackFull : IDumpCheck
{
    private const int WarnPercent = 90;

    private static readonly CheckCode Code = new("conntrack-full", Severity.Error, "The connection tracking table is full, so new connections are dropped (a warning from 90 %).");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var ns in dumps.Namespaces)
        {
            if (Sysctl.Number(ns, "net.netfilter.nf_conntrack_count") is not var (count, used) || Sysctl.Number(ns, "net.netfilter.nf_conntrack_max") is not ({ } max, > 0 and var room))
                continue;
            if (used >= room)
                yield return Code.At(ns, count.Location, $"{used} connections are tracked and {room} may be: new ones are dropped ({Words.At(max.Location)})", max.Location);
            else if (used * 100.0 / room >= WarnPercent)
                yield return Code.At(ns, count.Location, Severity.Warning, $"{used} connections are tracked and {room} may be: the table is {used * 100.0 / room:f0} % full ({Words.At(max.Location)})", max.Location);
        }
    }
}
