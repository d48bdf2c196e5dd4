using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology;

/// <summary>Joins the dumps of all namespaces into one <see cref="Network"/>.</summary>
public sealed class TopologyBuilder
{
    private const string PodsFolder = "/pods/";

    private readonly SortedDictionary<string, List<DumpDocument>> documents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> clocks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> stated = new(StringComparer.Ordinal);

    /// <summary>Takes a dump as one of a namespace's; the order of calls does not matter for the result.</summary>
    public TopologyBuilder Add(string namespaceName, DumpDocument document)
    {
        AddNamespace(namespaceName);
        documents[namespaceName].Add(document);
        return this;
    }

    /// <summary>Makes a namespace known of which there may be captures only.</summary>
    public TopologyBuilder AddNamespace(string namespaceName)
    {
        if (!documents.ContainsKey(namespaceName))
            documents.Add(namespaceName, []);
        // A pod's node is one, whether or not anything was captured or dumped there: its clock is the pod's.
        if (namespaceName.IndexOf(PodsFolder, StringComparison.Ordinal) is > 0 and var end)
            AddNamespace(namespaceName[..end]);
        return this;
    }

    /// <summary>States the node of a namespace, whatever their names say. A node that is not known is made known.</summary>
    public TopologyBuilder StateNode(string namespaceName, string node)
    {
        if (!documents.ContainsKey(namespaceName))
            return this;
        AddNamespace(node);
        stated[namespaceName] = node;
        return this;
    }

    /// <summary>States how far a node's clock was ahead, nanoseconds.</summary>
    public TopologyBuilder StateClock(string node, long offset)
    {
        clocks[node] = offset;
        return this;
    }

    public Network Build()
    {
        var namespaces = documents.Select(d => BuildNamespace(d.Key, d.Value)).ToList();
        AssignNodes(namespaces);
        foreach (var (ns, node) in stated)
            namespaces.Single(n => n.Name == ns).Node = namespaces.Single(n => n.Name == node);
        foreach (var ns in namespaces)
            JoinBridges(ns);
        VethPairing.Join(namespaces);
        NodeAdoption.Adopt(namespaces.Where(n => !stated.ContainsKey(n.Name)));
        TunnelPairing.Join(namespaces);
        return new Network(namespaces, []) { StatedClocks = clocks };
    }

    private static NetworkNamespace BuildNamespace(string name, List<DumpDocument> dumps)
    {
        var ordered = dumps.OrderBy(d => d.File, StringComparer.Ordinal).ToList();
        var ns = new NetworkNamespace(name)
        {
            DumpedKinds = ordered.SelectMany(d => d.Kinds).ToHashSet(),
            Routes = Distinct(All<RouteRecord>()),
            PolicyRules = Distinct(All<PolicyRuleRecord>()),
            Neighbours = Distinct(All<NeighbourRecord>()),
            Fdb = Distinct(All<FdbRecord>()),
            Tables = TableChoice.Of(All<IptablesTable>()),
            // Before and after: a packet passes a table once.
            NftTables = All<NftTable>().OrderBy(static t => t.IsCut).DistinctBy(static t => (t.Family, t.Name)).ToList(),
            Conntrack = All<ConntrackRecord>().ToList(),
            Sockets = All<SocketRecord>().ToList(),
            IpSets = ByName(All<IpSetRecord>().OrderBy(s => !s.IsWhole), s => s.Name),
            ConntrackStatistics = All<ConntrackStatisticsRecord>().ToList(),
            IpvsServices = Distinct(All<IpvsRecord>().OrderBy(s => s.Scheduler is null)),
            Sysctls = ByName(All<SysctlRecord>(), s => s.Name),
        };
        var addresses = All<AddressRecord>().ToList();
        ns.Interfaces = Links(All<LinkRecord>(), addresses).Select(link => new NetworkInterface(ns, link)
        {
            Addresses = Distinct(addresses.Where(a => a.Interface == link.Name)),
        }).ToList();
        return ns;

        IEnumerable<T> All<T>()
            where T : DumpRecord => ordered.SelectMany(d => d.Records).OfType<T>();
    }

    // One interface may be printed by `ip addr` and by `ip -d link`: the record that tells more is kept, completed by the other.
    private static IEnumerable<LinkRecord> Links(IEnumerable<LinkRecord> links, List<AddressRecord> addresses)
    {
        var byName = new Dictionary<string, LinkRecord>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var link in links)
        {
            if (byName.TryGetValue(link.Name, out var known))
            {
                byName[link.Name] = Merge(known, link);
            }
            else
            {
                byName.Add(link.Name, link);
                order.Add(link.Name);
            }
        }

        // `ip -o addr` names interfaces without describing them.
        foreach (var address in addresses)
        {
            if (byName.TryAdd(address.Interface, new LinkRecord { Location = address.Location, Name = address.Interface, IfIndex = address.IfIndex }))
                order.Add(address.Interface);
        }

        return order.Select(n => byName[n]);
    }

    private static LinkRecord Merge(LinkRecord a, LinkRecord b)
    {
        var (more, less) = b.LinkKind is not null && a.LinkKind is null ? (b, a) : (a, b);
        return more with
        {
            IfIndex = more.IfIndex != 0 ? more.IfIndex : less.IfIndex,
            PeerIfIndex = more.PeerIfIndex != 0 ? more.PeerIfIndex : less.PeerIfIndex,
            Peer = more.Peer ?? less.Peer,
            Mtu = more.Mtu != 0 ? more.Mtu : less.Mtu,
            Master = more.Master ?? less.Master,
            LinkNetns = more.LinkNetns ?? less.LinkNetns,
            LinkLayer = more.LinkLayer ?? less.LinkLayer,
            Mac = more.Mac.IsNone ? less.Mac : more.Mac,
            Flags = more.Flags.Count > 0 ? more.Flags : less.Flags,
            OperState = more.OperState ?? less.OperState,
        };
    }

    // A namespace whose folder lies below another namespace's folder hangs on that one; a folder between (pods/) is no namespace.
    private static void AssignNodes(List<NetworkNamespace> namespaces)
    {
        var byName = namespaces.ToDictionary(n => n.Name, StringComparer.Ordinal);
        foreach (var ns in namespaces)
        {
            ns.Node = ns;
            for (var slash = ns.Name.LastIndexOf('/'); slash > 0; slash = ns.Name.LastIndexOf('/', slash - 1))
            {
                if (byName.TryGetValue(ns.Name[..slash], out var parent))
                    ns.Node = parent;
            }
        }
    }

    private static void JoinBridges(NetworkNamespace ns)
    {
        foreach (var port in ns.Interfaces)
        {
            if (port.Link.Master is { } master)
                port.Master = ns.Interface(master);
        }

        foreach (var bridge in ns.Interfaces)
            bridge.Ports = ns.Interfaces.Where(i => i.Master == bridge).ToList();
    }

    private static Dictionary<string, T> ByName<T>(IEnumerable<T> records, Func<T, string> name)
        where T : DumpRecord
    {
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var record in records)
            map.TryAdd(name(record), record);
        return map;
    }

    // `ip route` and `ip route show table all` in one bundle say the same route twice: the first line is cited.
    private static List<T> Distinct<T>(IEnumerable<T> records)
        where T : DumpRecord
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return records.Where(r => seen.Add(Identity(r))).ToList();
    }

    private static string Identity(DumpRecord record) => record switch
    {
        RouteRecord r => $"{r.Type} {r.Destination} {r.From} {r.Table} {r.Metric} {string.Join(';', r.NextHops.Select(h => $"{h.Gateway} {h.Device} {h.Weight}"))} {r.Source} {r.NextHopId}",
        PolicyRuleRecord r => $"{r.IsIpv6} {r.Priority} {r.Not} {r.From} {r.To} {r.IncomingInterface} {r.OutgoingInterface} {r.Mark}/{r.MarkMask} {r.Table} {r.Action} {string.Join(';', r.Details.Select(d => d.Key + d.Value))}",
        NeighbourRecord n => $"{n.Address} {n.Interface} {n.Proxy}",
        FdbRecord f => $"{f.Mac} {f.Device} {f.Master} {f.Destination} {f.Vni} {f.Vlan} {f.Port}",
        IpvsRecord v => $"{v.Protocol} {v.Address} {v.Port} {v.Mark}",
        AddressRecord a => $"{a.Interface} {a.Address} {a.Peer}",
        _ => $"{record.Location}",
    };
}
