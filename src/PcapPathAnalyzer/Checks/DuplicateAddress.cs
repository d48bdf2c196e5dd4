using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>One address in two namespaces that can reach each other: who answers first gets the traffic.</summary>
internal sealed class DuplicateAddress : IDumpCheck
{
    private static readonly CheckCode Code = new("duplicate-address", Severity.Error, "Two namespaces that can reach each other have one address; who answers ARP first gets the traffic.");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        var holders = dumps.Namespaces.SelectMany(n => n.Interfaces).Where(i => !IsSharedByDesign(i))
            .SelectMany(i => i.Addresses.Where(a => !IsNeverUnique(a.Address.Address)).Select(a => (Interface: i, Record: a)));
        foreach (var group in holders.GroupBy(h => h.Record.Address.Address))
        {
            var different = group.DistinctBy(h => h.Interface.Namespace).ToList();
            for (var n = 1; n < different.Count; n++)
            {
                var (here, other) = (different[n], different.Take(n).FirstOrDefault(o => CanMeet(dumps, o.Interface, different[n].Interface, group.Key)));
                if (other.Interface is not null)
                    yield return Remark(here.Interface, here.Record, other.Interface, other.Record);
            }
        }
    }

    private static DumpRemark Remark(NetworkInterface i, AddressRecord a, NetworkInterface other, AddressRecord o) =>
        Code.At(i.Namespace, a.Location, $"{a.Address.Address} on {i} is also on {other} ({Words.At(o.Location)})", o.Location);

    private static bool IsNeverUnique(IpAddress a) => a.IsLoopback || a.IsLinkLocal || a.IsUnspecified || a.IsMulticast;

    // Service addresses (IPVS), anycast addresses on dummy devices and lo stand on every node on purpose.
    private static bool IsSharedByDesign(NetworkInterface i) =>
        i.IsLoopback || i.Link.LinkKind == "dummy" || i.Name.StartsWith("kube-ipvs", StringComparison.Ordinal) || i.Name.StartsWith("nodelocaldns", StringComparison.Ordinal);

    private static bool CanMeet(DumpNetwork dumps, NetworkInterface a, NetworkInterface b, IpAddress address)
    {
        // A hostNetwork pod's dumps show its node's own interfaces.
        if (a.Namespace.Node == b.Namespace.Node && a.IfIndex == b.IfIndex && a.Mac == b.Mac && a.Name == b.Name)
            return false;
        if (a.Namespace.Node == b.Namespace.Node)
            return true;
        // Behind a bridge of its own node's (docker0's default range, say), an address meets another node's only where routes carry it there.
        var behind = dumps.PodSubnets.Where(s => s.Prefix.Contains(address)).ToList();
        var both = behind.Exists(s => s.Node == a.Namespace.Node) && behind.Exists(s => s.Node == b.Namespace.Node);
        if (!both)
            return true;
        return !(a.IsBridge && b.IsBridge) && behind.Exists(s => OverlappingPodSubnets.IsRouted(dumps, s));
    }
}
