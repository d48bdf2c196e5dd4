using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>
/// Which rules switch connection tracking on: conntrack's hooks are registered in a namespace by the extensions that need them (nf_ct_netns_get,
/// net/netfilter/nf_conntrack_proto.c). Without one packets have no connection, and chains of the nat table are not asked.
/// </summary>
internal static class ConntrackUse
{
    public static bool In(IptablesTable table) => table.Chains.Values.Any(c => c.Rules.Any(Needs));

    private static bool Needs(IptablesRule rule) =>
        rule.Target is NatTarget or NetmapTarget or ConnmarkTarget or CtTarget or UnknownTarget
        || rule.Matches.Any(m => m.Extension is "conntrack" or "state" or "connmark" or "connbytes" or "connlabel" or "connlimit" or "helper" or "cluster" || m is UnknowableMatch { IsUnderstood: false });
}
