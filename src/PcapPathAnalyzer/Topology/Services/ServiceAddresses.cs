using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology.Services;

/// <summary>Addresses that some ruleset answers for although no host has them: virtual IPs, node ports.</summary>
public sealed class ServiceAddresses
{
    private readonly HashSet<(IpAddress Address, int Port)> known = [];

    public ServiceAddresses(Network network)
    {
        foreach (var rule in network.Namespaces.SelectMany(n => n.Tables).Where(t => t.Name is "nat" or "filter").SelectMany(t => t.Chains.Values).SelectMany(c => c.Rules))
            Note(rule);
        foreach (var service in network.Namespaces.SelectMany(NftServices.Of))
        {
            if (service.Address is { } address)
                known.Add((address, service.Port));
        }
    }

    /// <summary>True where a rule names exactly this destination and port (or all ports) as a service's.</summary>
    public bool Contains(in FiveTuple tuple) => known.Contains((tuple.Destination, tuple.DestinationPort)) || known.Contains((tuple.Destination, 0));

    // A rule on one destination address that leads to a translation or a reject: `-d VIP/32 ... --dport P -j KUBE-SVC-...`.
    private void Note(IptablesRule rule)
    {
        if (rule.Target is not (JumpTarget or NatTarget or RejectTarget))
            return;
        IpAddress? address = null;
        var port = 0;
        foreach (var match in rule.Matches)
        {
            if (match.Negated)
                continue;
            if (match is AddressMatch { IsSource: false, Mask: null } d && d.Prefix.IsHost)
                address = d.Prefix.Address;
            if (match is PortMatch { Side: PortSide.Destination } p && p.Ranges.Count == 1 && p.Ranges[0].First == p.Ranges[0].Last)
                port = p.Ranges[0].First;
        }

        if (address is { } a && port != 0)
            known.Add((a, port));
    }
}
