using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Stitching.WholeFlows;

/// <summary>
/// The way from a pod on node-a to a pod on node-b: its capture points, and what a packet looks like at each. Node-a
/// translates before its bridge hands packets on (br_netfilter) and as they leave it, node-b as they reach its bridge.
/// </summary>
internal sealed class Way(Trial trial)
{
    public const int Count = 10;
    public const int AllPoints = (1 << Count) - 1;
    public const int Wire = 4;

    /// <summary>Behind the way's end: where a proxy asks its server.</summary>
    public const int Local = Count;

    private const int Bridge = 2;
    private const int FarBridge = 7;

    public static readonly (string Namespace, string Interface, int IfIndex)[] Points =
    [
        ("node-a/pods/client", "eth0", 2), ("node-a", "veth0", 5), ("node-a", "cni0", 3), ("node-a", "tun0", 4), ("node-a", "eth0", 2),
        ("node-b", "eth0", 2), ("node-b", "tun0", 4), ("node-b", "cni0", 3), ("node-b", "veth0", 5), ("node-b/pods/server", "eth0", 2),
        ("node-b/pods/server", "lo", 1),
    ];

    private static readonly IpAddress Client4 = IpAddress.Parse("10.244.0.5"), Server4 = IpAddress.Parse("10.244.1.7"), Virtual4 = IpAddress.Parse("10.96.0.10"),
        TunnelA4 = IpAddress.Parse("10.244.0.0"), TunnelB4 = IpAddress.Parse("10.244.1.0"), BridgeB4 = IpAddress.Parse("10.244.1.1"),
        NodeA4 = IpAddress.Parse("192.168.56.11"), NodeB4 = IpAddress.Parse("192.168.56.12");

    private static readonly IpAddress Client6 = IpAddress.Parse("fd00:0:0:a::5"), Server6 = IpAddress.Parse("fd00:0:0:b::7"), Virtual6 = IpAddress.Parse("fd00:96::10"),
        TunnelA6 = IpAddress.Parse("fd00:0:0:a::"), TunnelB6 = IpAddress.Parse("fd00:0:0:b::"), BridgeB6 = IpAddress.Parse("fd00:0:0:b::1"),
        NodeA6 = IpAddress.Parse("fd00:56::11"), NodeB6 = IpAddress.Parse("fd00:56::12");

    public bool HasTunnel => trial.Tunnel != Tunnel.None;

    /// <summary>Whether there is such an interface, and it is captured.</summary>
    public bool IsCaptured(int point) => (point == Local || (trial.Captured >> point & 1) != 0) && Exists(point);

    public bool Exists(int point) => point == Local ? trial.HasProxy : HasTunnel || point is not (3 or 6);

    /// <summary>Whether packets are inside the tunnel's packets there.</summary>
    public bool IsTunnelled(int point) => HasTunnel && point is 4 or 5;

    /// <summary>Nodes that have forwarded a packet when it comes by, and taken one off its TTL.</summary>
    public static int Routers(int point, bool isReply) => point == Local ? 0 : isReply ? (point < Wire - 1 ? 2 : point < FarBridge ? 1 : 0) : point >= FarBridge ? 2 : point > Bridge ? 1 : 0;

    public IpAddress Client => trial.IsIpv6 ? Client6 : Client4;

    public IpAddress Server => trial.IsIpv6 ? Server6 : Server4;

    public (IpAddress Source, IpAddress Destination) Outer(bool isReply)
    {
        var (a, b) = trial.IsUnderlayIpv6 ? (NodeA6, NodeB6) : (NodeA4, NodeB4);
        return isReply ? (b, a) : (a, b);
    }

    /// <summary>Bytes that an interface sends at once, IP header included; those of the nodes' NICs are the network's.</summary>
    public int Mtu(int point) => point is 4 or 5 ? (trial.HasOuterFragments ? 1300 : 1600) : point is 3 or 6 || (HasTunnel && point is not 0) ? 1450 : 1500;

    /// <summary>The tuple at a capture point, in the direction of travel.</summary>
    /// <param name="connection">Names the ports.</param>
    public FiveTuple Tuple(int point, Ports connection, bool isReply)
    {
        if (point == Local)
        {
            var host = IpAddress.Parse(trial.IsIpv6 ? "::1" : "127.0.0.1");
            var local = new FiveTuple(host, connection.Client, host, trial.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6 ? connection.Client : connection.Server, trial.Protocol);
            return isReply ? local.Reversed : local;
        }

        var translatesSource = trial.Nat is Nat.Source or Nat.Both or Nat.Twice;
        var translatesDestination = trial.Nat is Nat.Destination or Nat.Both or Nat.Twice;
        var (source, sourcePort) = (Client, connection.Client);
        var (destination, port) = translatesDestination ? (Virtual, connection.Asked) : (Server, connection.Server);
        if (point >= Bridge && translatesDestination)
            (destination, port) = trial.Nat == Nat.Twice ? (FarNode, connection.NodePort) : (Server, connection.Server);
        if (point > Bridge && translatesSource)
            (source, sourcePort) = (HasTunnel ? TunnelA : NodeA, connection.Masqueraded);
        if (point >= FarBridge && trial.Nat == Nat.Twice)
            (source, sourcePort, destination, port) = (trial.IsIpv6 ? BridgeB6 : BridgeB4, connection.MasqueradedAgain, Server, connection.Server);
        if (trial.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6)
            port = sourcePort;
        var forward = new FiveTuple(source, sourcePort, destination, port, trial.Protocol);
        return isReply ? forward.Reversed : forward;
    }

    private IpAddress Virtual => trial.IsIpv6 ? Virtual6 : Virtual4;

    private IpAddress NodeA => trial.IsIpv6 ? NodeA6 : NodeA4;

    private IpAddress TunnelA => trial.IsIpv6 ? TunnelA6 : TunnelA4;

    private IpAddress FarNode => (HasTunnel, trial.IsIpv6) switch { (true, true) => TunnelB6, (true, false) => TunnelB4, (false, true) => NodeB6, _ => NodeB4 };
}

/// <summary>The ports of one connection, before and behind each translation.</summary>
internal sealed record Ports(ushort Client, ushort Asked, ushort NodePort, ushort Server, ushort Masqueraded, ushort MasqueradedAgain);
