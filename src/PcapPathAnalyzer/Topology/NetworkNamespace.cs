using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Topology;

/// <summary>One network namespace: everything its dumps say, in the dumps' order.</summary>
public sealed class NetworkNamespace
{
    internal NetworkNamespace(string name) => Name = name;

    /// <summary>The folder's path inside the bundle: <c>node-a</c>, <c>node-a/pods/web-0</c>.</summary>
    public string Name { get; }

    /// <summary>The node's own namespace that this one hangs on; itself for a node. Namespaces of one node share a kernel and a clock.</summary>
    public NetworkNamespace Node { get; internal set; } = null!;

    public bool IsNode => Node == this;

    public IReadOnlyList<NetworkInterface> Interfaces { get; internal set; } = [];

    public IReadOnlyList<RouteRecord> Routes { get; internal set; } = [];

    /// <summary>Empty where not dumped: then the kernel's default three rules hold.</summary>
    public IReadOnlyList<PolicyRuleRecord> PolicyRules { get; internal set; } = [];

    public IReadOnlyList<NeighbourRecord> Neighbours { get; internal set; } = [];

    public IReadOnlyList<FdbRecord> Fdb { get; internal set; } = [];

    /// <summary>Tables of iptables and ip6tables, legacy and nft.</summary>
    public IReadOnlyList<IptablesTable> Tables { get; internal set; } = [];

    /// <summary>Tables of <c>nft list ruleset</c>, those that iptables made included.</summary>
    public IReadOnlyList<NftTable> NftTables { get; internal set; } = [];

    public IReadOnlyList<ConntrackRecord> Conntrack { get; internal set; } = [];

    /// <summary>Counters of connection tracking, one record per processor.</summary>
    public IReadOnlyList<ConntrackStatisticsRecord> ConntrackStatistics { get; internal set; } = [];

    public IReadOnlyList<SocketRecord> Sockets { get; internal set; } = [];

    public IReadOnlyDictionary<string, IpSetRecord> IpSets { get; internal set; } = new Dictionary<string, IpSetRecord>();

    /// <summary>Virtual services of IPVS, where <c>ipvsadm</c> was dumped.</summary>
    public IReadOnlyList<IpvsRecord> IpvsServices { get; internal set; } = [];

    public IReadOnlyDictionary<string, SysctlRecord> Sysctls { get; internal set; } = new Dictionary<string, SysctlRecord>();

    /// <summary>Kinds of dumps this namespace has (<c>ip-addr</c>, <c>iptables-save</c>, ...): an empty list of routes means something only where routes were dumped.</summary>
    public IReadOnlySet<string> DumpedKinds { get; internal set; } = new HashSet<string>();

    public NetworkInterface? Interface(string name)
    {
        foreach (var candidate in Interfaces)
        {
            if (candidate.Name == name)
                return candidate;
        }

        return null;
    }

    public NetworkInterface? Interface(int ifIndex)
    {
        foreach (var candidate in Interfaces)
        {
            if (candidate.IfIndex == ifIndex)
                return candidate;
        }

        return null;
    }

    public override string ToString() => Name;
}
