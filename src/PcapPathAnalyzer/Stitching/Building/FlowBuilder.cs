using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Makes a flow of the legs of one connection. One instance serves one thread.</summary>
internal sealed class FlowBuilder(Observations observations, Network network, ServiceAddresses services, ClockTable clocks)
{
    private readonly ObservationTables tables = observations.Tables;
    private readonly FlowPackets packets = new(observations);
    private readonly DirectionBuilder directions = new(observations.Tables, network, clocks, new HopSlabs(observations.Tables));
    private TransmissionMemory memory = new();

    /// <summary>Where the packets of the next partition are.</summary>
    public void Use(TransmissionMemory next)
    {
        memory = next;
        directions.Use(next);
    }

    /// <param name="group">The connection.</param>
    /// <param name="trails">Its packets' trails, file by file.</param>
    /// <param name="singles">What it has on no trail, file by file; times are on the reference clock. With the trails, at least one packet.</param>
    public Flow Build(LegGroup group, ReadOnlySpan<TrailNumber> trails, ReadOnlySpan<Observation> singles)
    {
        var isCertain = group.Legs.Exists(static l => !l.IsVirtual && l.IsDirectionCertain);
        if (!isCertain)
            OrientByServices(group.Legs);
        packets.Take(trails, singles, memory);
        var (sender, receiver) = Ends(tables, network, group.Legs);
        var forward = directions.Build(packets.There, isReply: false, sender, receiver);
        var reply = directions.Build(packets.Back, isReply: true, receiver, sender);
        Retransmission.Settle(forward, reply);
        Retransmission.Settle(reply, forward);
        var chain = LegChain.Of(group, forward.Hops, reply.Hops);
        var requested = chain[0].Tuple(tables);
        var served = chain[^1].Tuple(tables);
        var serverKnown = chain.Count > 1 || !services.Contains(served);
        var flow = new Flow
        {
            Protocol = requested.Protocol,
            Requested = requested,
            Served = serverKnown ? served : null,
            ClientNamespace = NamespaceAt(requested.Source, forward.Hops, reply.Hops, isClient: true),
            ServerNamespace = serverKnown ? NamespaceAt(served.Destination, forward.Hops, reply.Hops, isClient: false) : null,
            IsDirectionInferred = !isCertain,
            Forward = forward,
            Reply = reply,
            FirstTime = new Timestamp(Math.Min(forward.FirstTime, reply.FirstTime)),
            LastTime = new Timestamp(Math.Max(forward.LastTime, reply.LastTime)),
            Joined = group.Joins.Count == 0 ? [] : group.Joins.ConvertAll(Join).ToArray(),
            IcmpErrors = packets.HasErrors ? [.. Errors(forward), .. Errors(reply)] : [],
        };
        if (observations.Insides is { } insides)
            flow.Inferred.AddRange(insides.ReasonsOf(group));
        return flow;
    }

    /// <summary>Namespaces of the client's and the server's own address: pods before nodes, since what masquerades is a node.</summary>
    internal static (NetworkNamespace? Sender, NetworkNamespace? Receiver) Ends(ObservationTables tables, Network network, List<Leg> legs)
    {
        NetworkNamespace? sender = null, receiver = null;
        foreach (var leg in legs)
        {
            var tuple = tables.Tuples[leg.Forward];
            sender = Better(sender, network.Owner(tuple.Source));
            receiver = Better(receiver, network.Owner(tuple.Destination));
        }

        return (sender, receiver);

        static NetworkNamespace? Better(NetworkNamespace? known, NetworkNamespace? other) =>
            known is null || (known.IsNode && other is { IsNode: false }) ? other ?? known : known;
    }

    // Without a handshake, the side that a service or the lower port names is the server; all legs turn the same way.
    private void OrientByServices(List<Leg> legs)
    {
        var seen = legs.FindAll(static l => !l.IsVirtual);
        if (seen.Exists(l => services.Contains(l.Tuple(tables))) || !seen.Exists(l => services.Contains(l.Tuple(tables).Reversed)))
            return;
        foreach (var leg in seen)
            leg.Flip();
    }

    // Where an address is used twice, or on every lo: the owner that saw the packets nearest to this end of the way.
    private string? NamespaceAt(IpAddress address, HopList forward, HopList reply, bool isClient)
    {
        var owners = network.Owners(address);
        if (owners.Count == 0)
            return null;
        if (network.Owner(address) is { } only)
            return only.Name;
        var hops = isClient ? forward.Concat(reply.Reverse()) : forward.Reverse().Concat(reply);
        var seen = hops.Select(h => h.Point).FirstOrDefault(p => owners.Any(o => o.Namespace == p.Home));
        return seen?.Namespace ?? owners[0].Namespace.Name;
    }

    private FlowJoin Join(LegJoin join) => new(tables, join.A.Forward, join.B.Forward, join.Reason)
    {
        Packets = join.Packets,
        InitialSequence = join.A.InitialSequence,
        Conntrack = join.Conntrack?.Location,
        Rule = join.Rule,
        Namespace = join.Namespace,
    };

    private IEnumerable<IcmpErrorSeen> Errors(FlowDirection direction) =>
        direction.Transmissions.Where(t => t.IsIcmpError).Select(t =>
        {
            var o = t.Observations[0];
            return new IcmpErrorSeen(tables.Tuples[o.Tuple].Source, o.IcmpTypeCode >> 8, o.IcmpTypeCode & 255, tables.Points[o.Point], o.Frame) { IsReply = t.IsReply, Time = t.Time };
        });
}
