using System.Collections.Immutable;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Ipvs;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>One thing the kernel does with a packet; gives every way it can end, each with what comes next or a verdict.</summary>
internal delegate IEnumerable<Branch> Stage(WalkContext context, Branch branch);

/// <summary>A packet on its way: where it is, what it looks like, what has been decided so far. Immutable, so that a fork shares its past.</summary>
internal sealed record Branch
{
    public required NetworkNamespace Namespace { get; init; }

    public required PacketState Packet { get; init; }

    /// <summary>The device it is on or came in by.</summary>
    public NetworkInterface? Device { get; init; }

    public RouteDecision? Route { get; init; }

    public MacAddress SourceMac { get; init; }

    public MacAddress DestinationMac { get; init; }

    /// <summary>What this packet carries inside, the nearest first.</summary>
    public Capsule? Inner { get; init; }

    /// <summary>The device a tunnel sends its outer packets by; null where none is set.</summary>
    public string? BoundTo { get; init; }

    /// <summary>The listening socket that TPROXY gave the packet to; null where none did.</summary>
    public (IpAddress Address, ushort Port)? ProxiedTo { get; init; }

    /// <summary>802.1Q identifiers on the frame, the outermost first.</summary>
    public ImmutableStack<int> Vlans { get; init; } = ImmutableStack<int>.Empty;

    public ImmutableList<Connection> Connections { get; init; } = [];

    /// <summary>What bridges have learnt from frames of this walk: the port that each address is behind.</summary>
    public ImmutableDictionary<(NetworkInterface Bridge, MacAddress Mac), NetworkInterface> LearntPorts { get; init; } = ImmutableDictionary<(NetworkInterface, MacAddress), NetworkInterface>.Empty;

    /// <summary>What VXLAN devices have learnt: the VTEP that each address is behind.</summary>
    public ImmutableDictionary<(NetworkInterface Device, MacAddress Mac), IpAddress> LearntVteps { get; init; } = ImmutableDictionary<(NetworkInterface, MacAddress), IpAddress>.Empty;

    public ImmutableList<VirtualConnection> VirtualConnections { get; init; } = [];

    /// <summary>PREROUTING has been run inside the bridge (br_netfilter), so the IP layer skips it.</summary>
    public bool IsPrerouted { get; init; }

    /// <summary>Counts stages, a guard against loops that no TTL ends.</summary>
    public int Age { get; init; }

    public double? Probability { get; init; } = 1;

    public ImmutableList<string> Conditions { get; init; } = [];

    /// <summary>Settings that were not dumped and that this branch takes one way: it stays with it.</summary>
    public ImmutableDictionary<string, bool> Assumptions { get; init; } = ImmutableDictionary<string, bool>.Empty;

    public Trail? Steps { get; init; }

    /// <summary>Who sent the first packet from inside the bundle; null where it came from outside.</summary>
    public NetworkNamespace? Client { get; init; }

    /// <summary>The first packet as the client sent it.</summary>
    public FiveTuple Asked { get; init; }

    /// <summary>True once it was delivered as a member of a group or by broadcast: who answers does so from an address of its own.</summary>
    public bool IsOfGroup { get; init; }

    /// <summary>True while the answer is on its way back.</summary>
    public bool IsReplyPhase { get; init; }

    public Stage? Next { get; init; }

    /// <summary>Where a hook took the packet to: the rest of that hook, and what would have come after it, see nothing of it (NF_STOLEN). Null where none did.</summary>
    public Stage? Taken { get; init; }

    public Verdict? Verdict { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>The answer that a REJECT, a missing route or a closed port sends.</summary>
    public IcmpAnswer? Answer { get; init; }

    /// <summary>True where the packet was delivered and nothing comes back.</summary>
    public bool IsSilent { get; init; }

    public int Depth => Inner?.Depth ?? 0;

    public Branch Step(StepKind kind, string text, SourceLocation? at = null, string? device = null) =>
        Add(new PathStep(kind, Namespace.Name, text, Packet) { Location = at is { Line: 0 } ? null : at, Interface = device ?? Device?.Name, Depth = Depth });

    public Branch Add(PathStep step) => this with { Steps = new Trail(step, Steps) };

    public Branch Then(Stage next) => Verdict is null ? this with { Next = Taken ?? next, Taken = null } : this;

    /// <summary>What this branch takes for granted, where the dumps do not say.</summary>
    /// <param name="condition">In words.</param>
    /// <param name="isUsual">True for the way that such systems are set up to go: its probability is what the rules say, given that.</param>
    public Branch If(string condition, bool isUsual) => this with { Conditions = Conditions.Contains(condition) ? Conditions : Conditions.Add(condition), Probability = isUsual ? Probability : null };

    public Branch End(Verdict verdict, string reason) => this with { Verdict = verdict, Reason = reason, Next = null };

    /// <summary>A step that ends the way, and the verdict.</summary>
    public Branch Stop(StepKind kind, Verdict verdict, string text, SourceLocation? at = null, string? device = null) => Step(kind, text, at, device).End(verdict, text);

    public Branch CannotTell(string text, SourceLocation? at = null, string? device = null) => Stop(StepKind.Leave, Forwarding.Verdict.CannotTell, text, at, device);

    /// <summary>Keeps a connection that a table changed.</summary>
    public Branch Keep(Connection connection)
    {
        var i = Connections.FindIndex(c => c.Id == connection.Id);
        return this with { Connections = i < 0 ? Connections.Add(connection) : Connections.SetItem(i, connection) };
    }
}

/// <summary>The steps so far, the last first.</summary>
internal sealed record Trail(PathStep Step, Trail? Before);

/// <summary>A packet wrapped in another: what the outer one does not show.</summary>
/// <param name="Kind"><c>vxlan</c>, <c>ipip</c>, ...</param>
/// <param name="Vni">VXLAN network identifier; -1 where the tunnel has none.</param>
internal sealed record Capsule(string Kind, int Vni, PacketState Packet, MacAddress SourceMac, MacAddress DestinationMac, Capsule? Inner)
{
    /// <summary>The tunnel's device, which the outer packet's POSTROUTING takes for the one it came in by (ip_output).</summary>
    public string? Device { get; init; }

    public int Depth => 1 + (Inner?.Depth ?? 0);
}

/// <summary>An error that goes back to the sender: <c>icmp-port-unreachable</c> and its kind, or <c>tcp-reset</c>.</summary>
internal sealed record IcmpAnswer(string Name);
