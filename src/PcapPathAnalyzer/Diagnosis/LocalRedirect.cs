using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>
/// A rule in the server's own namespace hands what arrives to a local proxy (REDIRECT: a sidecar). The packet passes no interface after it, so no
/// capture shows it: the rule alone says which port answers, where exactly one fits.
/// </summary>
internal static class LocalRedirect
{
    public static void Apply(IReadOnlyList<Flow> flows, Network network)
    {
        var redirecting = network.Namespaces.Where(n => n.Tables.Any(t => t.Name == "nat" && t.Chains.Values.Any(c => c.Rules.Any(r => r.Target is NatTarget { Translation: NatKind.Redirect })))).ToDictionary(n => n.Name, n => new Firewall(n), StringComparer.Ordinal);
        if (redirecting.Count == 0)
            return;
        foreach (var flow in flows)
        {
            if (flow.Served is not { } served || flow.ServerNamespace is not { } name || !redirecting.TryGetValue(name, out var firewall))
                continue;
            if (flow.Forward.Hops is not [.., { Point: { Device: not { IsLoopback: true } } point }] || point.Namespace != name)
                continue;
            var packet = new PacketState { Tuple = served, In = point.Interface, TcpFlags = served.Protocol == Primitives.IpProtocol.Tcp ? 2 : -1 };
            if (firewall.Nat(packet, "PREROUTING").ToList() is not [{ IsCertain: true, Target: NatTarget { Translation: NatKind.Redirect, FirstPort: not 0 and var port } } only])
                continue;
            flow.Served = served with { DestinationPort = port };
            flow.Inferred.Add($"rule: {only.Deciding?.Location} redirects what arrives at {served.DestinationPort} to local port {port}; no capture lies behind it");
        }
    }
}
