using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Makes a flow of the legs of one connection. One instance serves one thread.</summary>
internal sealed class FlowBuilder(ObservationTables tables, Network network, TransmissionMemory memory)
{
    private readonly DirectionBuilder directions = new(tables, network, memory);
    private readonly ServiceAddresses services = new(network);
    private readonly Directions split = new();

    /// <param name="legs">All legs, by their index.</param>
    /// <param name="group">The connection.</param>
    /// <param name="items">Where the observations are, on the reference clock.</param>
    /// <param name="start">The connection's first.</param>
    /// <param name="count">How many it has, at least one.</param>
    public Flow Build(List<Leg> legs, LegGroup group, Observation[] items, int start, int count)
    {
        var seen = group.Legs.FindAll(l => !l.IsVirtual);
        OrientByServices(seen);
        var (sender, receiver) = Ends(tables, network, group.Legs);
        split.Sort(legs, items, start, count);
        var forward = directions.Build(items, split.There, split.ThereCount, isReply: false, sender, receiver);
        var reply = directions.Build(items, split.Back, split.BackCount, isReply: true, receiver, sender);
        var chain = Chain(seen, group.Legs, group.Joins, forward, reply);
        var requested = chain[0].Tuple(tables);
        var served = chain[^1].Tuple(tables);
        var serverKnown = chain.Count > 1 || !services.Contains(served);
        return new Flow
        {
            Protocol = requested.Protocol,
            Requested = requested,
            Served = serverKnown ? served : null,
            ClientNamespace = NamespaceAt(requested.Source, forward, reply, client: true),
            ServerNamespace = serverKnown ? NamespaceAt(served.Destination, forward, reply, client: false) : null,
            IsDirectionInferred = !seen.Exists(l => l.IsDirectionCertain),
            Forward = forward,
            Reply = reply,
            FirstTime = new Timestamp(split.FirstTime),
            LastTime = new Timestamp(split.LastTime),
            Joins = group.Joins.Count == 0 ? [] : [.. group.Joins.Select(Explain).Distinct()],
            IcmpErrors = [.. Errors(forward), .. Errors(reply)],
        };
    }

    /// <summary>Namespaces of the client's and the server's own address: pods before nodes, since what masquerades is a node.</summary>
    internal static (NetworkNamespace? Sender, NetworkNamespace? Receiver) Ends(ObservationTables tables, Network network, List<Leg> legs)
    {
        return (Pick(legs.Select(l => l.Tuple(tables).Source)), Pick(legs.Select(l => l.Tuple(tables).Destination)));

        NetworkNamespace? Pick(IEnumerable<IpAddress> addresses)
        {
            var owners = addresses.Select(network.Owner).OfType<NetworkNamespace>().ToList();
            return owners.Find(o => !o.IsNode) ?? owners.FirstOrDefault();
        }
    }

    // Without a handshake, the side that a service or the lower port names is the server; all legs turn the same way.
    private void OrientByServices(List<Leg> legs)
    {
        if (legs.Exists(l => l.IsDirectionCertain))
            return;
        if (!legs.Exists(l => services.Contains(l.Tuple(tables))) && legs.Exists(l => services.Contains(l.Tuple(tables).Reversed)))
        {
            foreach (var leg in legs)
                leg.Flip();
        }
    }

    // Legs in the order of the forward path; legs seen on the way back only, and legs only conntrack knows, where they belong.
    private List<Leg> Chain(List<Leg> seen, List<Leg> all, List<LegJoin> joins, FlowDirection forward, FlowDirection reply)
    {
        var chain = new List<Leg>();
        foreach (var hop in forward.Hops)
            AddLeg(seen.Find(l => tables.Tuples[l.Forward] == hop.Tuple));
        foreach (var hop in reply.Hops.Reverse())
        {
            var leg = seen.Find(l => tables.Tuples[l.Reverse] == hop.Tuple);
            if (leg is not null && !chain.Contains(leg))
                InsertBack(leg);
        }

        foreach (var leg in seen)
            AddLeg(leg);
        foreach (var join in joins.Where(j => j.Reason == JoinReason.Conntrack))
        {
            if (join.A.IsVirtual && !chain.Contains(join.A))
                chain.Insert(0, join.A); // what the connection was before it was translated for the first time
            if (join.B.IsVirtual && !chain.Contains(join.B))
                chain.Insert(chain.IndexOf(join.A) + 1, join.B);
        }

        return chain.Count > 0 ? chain : all;

        void AddLeg(Leg? leg)
        {
            if (leg is not null && !chain.Contains(leg))
                chain.Add(leg);
        }

        // The reply path runs backwards: a leg goes before the first known leg that the reply reaches after it.
        void InsertBack(Leg leg)
        {
            var position = reply.Hops.ToList().FindIndex(h => h.Tuple == tables.Tuples[leg.Reverse]);
            var nearerServer = chain.FindIndex(c => reply.Hops.ToList().FindIndex(h => h.Tuple == tables.Tuples[c.Reverse]) is var p and >= 0 && p < position);
            if (nearerServer >= 0)
                chain.Insert(nearerServer, leg);
            else
                chain.Add(leg);
        }
    }

    private string? NamespaceAt(IpAddress address, FlowDirection forward, FlowDirection reply, bool client)
    {
        var owners = network.Owners(address).Select(o => o.Namespace).Distinct().ToList();
        if (owners.Count == 1)
            return owners[0].Name;
        // Used twice, or on every lo: the namespace where the packets were seen.
        var hops = client ? forward.Hops.Concat(reply.Hops.Reverse()) : forward.Hops.Reverse().Concat(reply.Hops);
        var seen = hops.Select(h => h.Point).FirstOrDefault(p => owners.Contains(p.Home!));
        return seen?.Namespace ?? (owners.Count > 0 ? owners[0].Name : null);
    }

    private string Explain(LegJoin join)
    {
        var (a, b) = (join.A.Tuple(tables), join.B.Tuple(tables));
        return join.Reason switch
        {
            JoinReason.Handshake => $"identity: the same handshake (client's initial sequence number {join.A.InitialSequence}) seen both as {a} and as {b}",
            JoinReason.Identity => $"identity: {join.Packets} packet(s) seen both as {a} and as {b}",
            _ => $"conntrack: {join.Conntrack!.Location} translates {a} to {b}",
        };
    }

    private IEnumerable<IcmpErrorSeen> Errors(FlowDirection direction) =>
        direction.Transmissions.Where(t => t.IsIcmpError).Select(t =>
        {
            var o = t.Observations[0];
            return new IcmpErrorSeen(tables.Tuples[o.Tuple].Source, o.IcmpTypeCode >> 8, o.IcmpTypeCode & 255, tables.Points[o.Point], o.Frame);
        });
}
