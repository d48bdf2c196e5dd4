using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology;

/// <summary>An interface of a namespace, joined to its veth peer, its bridge and its ports.</summary>
public sealed class NetworkInterface
{
    internal NetworkInterface(NetworkNamespace ns, LinkRecord link)
    {
        Namespace = ns;
        Link = link;
    }

    public NetworkNamespace Namespace { get; }

    /// <summary>The record with the most detail (of <c>ip -d link</c> where dumped).</summary>
    public LinkRecord Link { get; }

    public string Name => Link.Name;

    public int IfIndex => Link.IfIndex;

    public MacAddress Mac => Link.Mac;

    public IReadOnlyList<AddressRecord> Addresses { get; internal set; } = [];

    /// <summary>The other end of a veth pair, where its namespace was dumped.</summary>
    public NetworkInterface? Peer { get; internal set; }

    /// <summary>The bridge (or bond) this interface is a port of.</summary>
    public NetworkInterface? Master { get; internal set; }

    /// <summary>Ports of a bridge.</summary>
    public IReadOnlyList<NetworkInterface> Ports { get; internal set; } = [];

    /// <summary>For a VXLAN device: the VTEP devices of other nodes that its FDB or default remote leads to.</summary>
    public IReadOnlyList<NetworkInterface> TunnelPeers { get; internal set; } = [];

    public bool IsLoopback => Name == "lo" || Link.LinkLayer == "loopback";

    public bool IsBridge => Link.LinkKind == "bridge" || Ports.Count > 0;

    public bool IsVxlan => Link.LinkKind == "vxlan" || Link.Vxlan is not null;

    public override string ToString() => $"{Namespace.Name}:{Name}";
}
