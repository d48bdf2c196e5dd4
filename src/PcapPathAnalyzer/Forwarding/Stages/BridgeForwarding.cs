using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>A bridge learns and switches (net/bridge/br_input.c, br_forward.c): by FDB, or flooded; not back out of the port it came in by, unless hairpin.</summary>
internal static class BridgeForwarding
{
    /// <summary>A frame from the host itself, sent by the bridge device.</summary>
    public static IEnumerable<Branch> FromHost(WalkContext context, Branch b) => b.DestinationMac.IsGroup ? Flood(context, b, b.Device!, null) : [Switch(context, b, b.Device!, null)];

    /// <summary>A frame that came in by a port.</summary>
    public static IEnumerable<Branch> FromPort(WalkContext context, Branch b)
    {
        var port = b.Device!;
        var bridge = port.Master!;
        if (!IsForwarding(port))
            return [b.Stop(StepKind.Drop, Verdict.NoFdbEntry, $"{port.Name} is a port of {bridge.Name} in state {port.Link.BridgePort!.State}, which forwards nothing", port.Link.Location)];
        // br_fdb_update
        if (port.Link.BridgePort is not { Learning: false } && !b.SourceMac.IsNone)
            b = b with { LearntPorts = b.LearntPorts.SetItem((bridge, b.SourceMac), port) };
        b = b with { Packet = b.Packet with { In = bridge.Name } };
        return BridgeNetfilter.Prerouting(context, b, port, bridge);
    }

    /// <summary>After PREROUTING, where that was run: to the host, or on to a port.</summary>
    public static IEnumerable<Branch> Decide(WalkContext context, Branch b, NetworkInterface port, NetworkInterface bridge)
    {
        if (b.DestinationMac.IsGroup)
            return Flood(context, b, bridge, port);
        return [IsForHost(b, bridge) ? ToHost(b, port, bridge) : Switch(context, b, bridge, port)];
    }

    /// <summary>Addressed to the bridge or one of its ports: the host takes it.</summary>
    public static bool IsForHost(Branch b, NetworkInterface bridge) =>
        b.DestinationMac.IsNone || b.DestinationMac == bridge.Mac || bridge.Ports.Any(p => p.Mac == b.DestinationMac);

    /// <summary>False for a port that spanning tree keeps from it; of most ports no state is dumped.</summary>
    public static bool IsForwarding(NetworkInterface port) => port.Link.BridgePort?.State is null or "forwarding" or "unknown";

    /// <summary>True for two ports between which nothing goes.</summary>
    public static bool AreIsolated(NetworkInterface one, NetworkInterface other) => one.Link.BridgePort is { Isolated: true } && other.Link.BridgePort is { Isolated: true };

    private static Branch ToHost(Branch b, NetworkInterface port, NetworkInterface bridge) =>
        (b with { Device = bridge }).Step(StepKind.Bridge, $"{bridge.Name} takes the frame from {port.Name} to the host", bridge.Link.Location, bridge.Name).Then(Ingress.Accept);

    // To everyone: the host where a port has it, and all other ports.
    private static IEnumerable<Branch> Flood(WalkContext context, Branch b, NetworkInterface bridge, NetworkInterface? from)
    {
        var copies = new List<(Func<Branch, Branch>, string)>();
        if (from is not null)
            copies.Add((x => ToHost(x, from, bridge), $"{bridge.Namespace.Name} itself"));
        copies.AddRange(GroupFrames.Ports(bridge, from, b.DestinationMac).Select(p => ((Func<Branch, Branch>)(x => Out(context, x, bridge, from, p, null, $"{bridge.Name} floods {b.DestinationMac}; this copy leaves by {p.Name}")), $"{p.Peer ?? p}")));
        return copies.Count > 0 ? GroupFrames.Copies(b, copies) : [b.Stop(StepKind.Drop, Verdict.NoListener, $"{bridge.Name} has no port to flood {b.DestinationMac} to", bridge.Link.Location, bridge.Name)];
    }

    private static Branch Switch(WalkContext context, Branch b, NetworkInterface bridge, NetworkInterface? from)
    {
        if (b.LearntPorts.GetValueOrDefault((bridge, b.DestinationMac)) is { } taught)
            return Out(context, b, bridge, from, taught, null, $"{bridge.Name} has learnt from its own frame that {b.DestinationMac} is on {taught.Name}");
        var entry = b.Namespace.Fdb.FirstOrDefault(f => f.Mac == b.DestinationMac && f.Master == bridge.Name && !f.Flags.Contains("permanent"));
        if (entry is not null && b.Namespace.Interface(entry.Device) is { } learnt)
            return Out(context, b, bridge, from, learnt, entry.Location, $"{bridge.Name} knows {b.DestinationMac} on {learnt.Name}");
        // Not learnt (or aged out): flooded; only who has the address takes it.
        var owners = bridge.Ports.Where(p => Leads(context, p, b.DestinationMac)).ToList();
        if (owners.Count == 1 && owners[0].Link.BridgePort is { Flood: false })
            return b.Stop(StepKind.Drop, Verdict.NoFdbEntry, $"{bridge.Name} has no FDB entry for {b.DestinationMac}, which is behind {owners[0].Name}, and floods nothing there", owners[0].Link.Location, owners[0].Name);
        if (owners.Count == 1)
            return Out(context, b, bridge, from, owners[0], null, $"{bridge.Name} has no FDB entry for {b.DestinationMac}: flooded; it is reached by {owners[0].Name}");
        if (owners.Count > 1)
            return b.CannotTell($"{b.DestinationMac} is behind several ports of {bridge.Name}: {string.Join(", ", owners.Select(o => o.Name))}", bridge.Link.Location, bridge.Name);
        return bridge.Ports.All(p => p.Peer is not null)
            ? b.Stop(StepKind.Drop, Verdict.NoFdbEntry, $"{bridge.Name} floods {b.DestinationMac}, which nobody behind its ports has", bridge.Link.Location, bridge.Name)
            : b.Stop(StepKind.Leave, Verdict.LeavesBundle, $"{bridge.Name} floods {b.DestinationMac}; what is behind {string.Join(", ", bridge.Ports.Where(p => p.Peer is null).Take(4).Select(p => p.Name))} is not in the bundle", bridge.Link.Location, bridge.Name);
    }

    private static bool Leads(WalkContext context, NetworkInterface port, MacAddress mac) =>
        port.Peer?.Mac == mac || (port.Peer?.Master is { } far && (far.Mac == mac || far.Ports.Any(p => p != port.Peer && p.Peer?.Mac == mac)))
        || (port.Peer is null && context.WithMac(mac).Any(i => Segment.IsWire(i) && Segment.Underlay(context, port).Contains(i)));

    private static Branch Out(WalkContext context, Branch b, NetworkInterface bridge, NetworkInterface? from, NetworkInterface to, Diagnostics.SourceLocation? at, string why)
    {
        // should_deliver (net/bridge/br_forward.c)
        if (to == from && to.Link.BridgePort is { Hairpin: false })
            return b.Stop(StepKind.Drop, Verdict.NoFdbEntry, $"{why}, the port it came in by, and hairpin is off there", to.Link.Location, to.Name);
        if (to == from && to.Link.BridgePort is null)
            return b.CannotTell($"{why}, the port it came in by: whether hairpin is on there takes ip -d link", to.Link.Location, to.Name);
        if (from is not null && AreIsolated(from, to))
            return b.Stop(StepKind.Drop, Verdict.NoFdbEntry, $"{why}; {from.Name} and {to.Name} are both isolated ports", to.Link.Location, to.Name);
        if (!IsForwarding(to))
            return b.Stop(StepKind.Drop, Verdict.NoFdbEntry, $"{why}, a port in state {to.Link.BridgePort!.State}", to.Link.Location, to.Name);
        b = b.Step(StepKind.Bridge, why, at ?? bridge.Link.Location, bridge.Name) with { Device = to };
        return from is null ? b.Then(Egress.Run) : b.Then((c, x) => BridgeNetfilter.Forward(c, x, from, bridge, to));
    }
}
