using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>Which tables of an nft dump a walk has to go through.</summary>
internal static class NftTables
{
    /// <summary>All but dormant ones, and those that iptables made and <c>iptables-save</c> shows as well.</summary>
    public static IEnumerable<NftTable> Walked(NetworkNamespace ns) => ns.NftTables.Where(t => !t.IsDormant && !IsShownTwice(ns, t));

    private static bool IsShownTwice(NetworkNamespace ns, NftTable table) =>
        table.IsOfIptables && ns.Tables.Any(t => t.Name == table.Name && t.IpVersion == (table.Family == "ip" ? 4 : 6) && t.Backend != IptablesBackend.Legacy);
}
