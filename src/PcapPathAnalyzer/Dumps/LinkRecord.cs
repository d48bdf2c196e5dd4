using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

/// <summary>An interface, as <c>ip link</c> and <c>ip addr</c> print it (ip-link(8)).</summary>
public sealed record LinkRecord : DumpRecord
{
    public override string Kind => "link";

    /// <summary>0 where the dump does not print it (<c>-br</c>).</summary>
    public int IfIndex { get; init; }

    public required string Name { get; init; }

    /// <summary>What stands behind <c>@</c>: <c>if5</c>, an interface name, or NONE; null where there is none.</summary>
    public string? Peer { get; init; }

    /// <summary>N of <c>@ifN</c>, or link_index of JSON; 0 where unknown.</summary>
    public int PeerIfIndex { get; init; }

    /// <summary>UP, LOWER_UP, BROADCAST, NO-CARRIER, ...</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Bytes; 0 where not printed.</summary>
    public int Mtu { get; init; }

    /// <summary>The bridge, bond or VRF it is enslaved to.</summary>
    public string? Master { get; init; }

    /// <summary>operstate: UP, DOWN, UNKNOWN, LOWERLAYERDOWN, ...</summary>
    public string? OperState { get; init; }

    /// <summary>Name of the peer's network namespace (<c>link-netns</c>), or <c>link-netnsid N</c>'s number as text prefixed <c>nsid:</c>.</summary>
    public string? LinkNetns { get; init; }

    /// <summary><c>ether</c>, <c>loopback</c>, <c>none</c>, <c>ipip</c>, ...</summary>
    public string? LinkLayer { get; init; }

    public MacAddress Mac { get; init; }

    /// <summary>rtnl link kind: <c>veth</c>, <c>bridge</c>, <c>vxlan</c>, <c>ipip</c>, <c>vlan</c>, <c>bond</c>, <c>dummy</c>, ...; null where the dump does not tell (no <c>-d</c>).</summary>
    public string? LinkKind { get; init; }

    public VxlanDetails? Vxlan { get; init; }

    public BridgePortDetails? BridgePort { get; init; }

    public BridgeDetails? Bridge { get; init; }

    public TunnelDetails? Tunnel { get; init; }

    public VlanDetails? Vlan { get; init; }

    /// <summary>macvlan or ipvlan mode, bond mode, and every other detail word the dump prints and the program has no field for.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    public bool IsUp => Flags.Contains("UP");
}

/// <summary>vxlan details (drivers/net/vxlan): identifiers and the remote.</summary>
public sealed record VxlanDetails
{
    /// <summary>24 bits; -1 for an external (collect metadata) device.</summary>
    public int Vni { get; init; }

    public IpAddress Local { get; init; }

    /// <summary>A unicast or multicast default remote; none where not set.</summary>
    public IpAddress Remote { get; init; }

    public string? Device { get; init; }

    public int DestinationPort { get; init; } = 8472;

    public bool Learning { get; init; } = true;

    /// <summary>Outer checksum of UDP over IPv4.</summary>
    public bool UdpChecksum { get; init; }

    public bool External { get; init; }

    public bool Gpe { get; init; }
}

/// <summary>bridge_slave details.</summary>
public sealed record BridgePortDetails
{
    public string? State { get; init; }

    public bool Hairpin { get; init; }

    public bool Isolated { get; init; }

    public bool Learning { get; init; } = true;

    /// <summary>Frames for addresses that are not learnt.</summary>
    public bool Flood { get; init; } = true;

    public bool MulticastFlood { get; init; } = true;

    public bool BroadcastFlood { get; init; } = true;

    public bool ProxyArp { get; init; }

    public bool NeighbourSuppress { get; init; }
}

/// <summary>bridge details.</summary>
public sealed record BridgeDetails
{
    public bool VlanFiltering { get; init; }

    /// <summary>nf_call_iptables of the bridge itself; the sysctl switches it on for all bridges.</summary>
    public bool CallIptables { get; init; }

    public bool CallIp6tables { get; init; }
}

/// <summary>ipip, gre, sit, geneve, wireguard: where the tunnel's ends are.</summary>
public sealed record TunnelDetails
{
    public IpAddress Local { get; init; }

    public IpAddress Remote { get; init; }

    /// <summary>Geneve VNI or GRE key; -1 where none.</summary>
    public long Id { get; init; } = -1;

    /// <summary>UDP port where the tunnel has one; 0 otherwise.</summary>
    public int DestinationPort { get; init; }

    public bool External { get; init; }
}

/// <summary>An 802.1Q or 802.1ad device.</summary>
public sealed record VlanDetails(int Id, string Protocol);
