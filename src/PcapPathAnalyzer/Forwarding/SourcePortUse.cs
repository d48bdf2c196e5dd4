using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>Does anything in a network look at source ports of the ephemeral range? If not, connections that differ in nothing else go the same way.</summary>
internal static class SourcePortUse
{
    public static bool In(Network network) => network.Namespaces.Any(static ns =>
        ns.Tables.Any(static t => t.Chains.Values.Any(static c => c.Rules.Any(static r => r.Matches.Any(Asks))))
        // What a native rule reads is not told apart here, nor are the sockets and policy rules that name ports.
        || Netfilter.Nftables.NftTables.Walked(ns).Any() || ns.Conntrack.Count > 0 || ns.PolicyRules.Any(static r => r.Details.ContainsKey("sport"))
        || ns.IpSets.Values.Any(static s => s.Type.Contains("port", StringComparison.Ordinal)) || ns.Sockets.Any(static s => s.PeerPort > 0));

    private static bool Asks(RuleMatch match) => match switch
    {
        PortMatch { Side: not PortSide.Destination } m => m.Ranges.Any(static r => r.Last >= PortRange.Ephemeral.First && !(r.First <= PortRange.Ephemeral.First && r.Last == ushort.MaxValue)),
        ConntrackPortMatch { Field: ConntrackField.OriginalSource or ConntrackField.ReplyDestination } => true,
        _ => false,
    };
}
