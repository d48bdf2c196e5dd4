using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Makes a flow of the legs of one connection.</summary>
internal sealed class FlowBuilder(ObservationStore store, Network network, ClockTable clocks)
{
    private readonly DirectionBuilder directions = new(store, network, clocks);
    private readonly ServiceAddresses services = new(network);

    public Flow Build(List<Leg> legs, List<LegJoin> joins)
    {
        var seen = legs.Where(l => !l.IsVirtual).ToList();
        OrientByServices(seen);
        var (sender, receiver) = Ends(store, network, legs);
        var (there, back) = SplitDirections(store, seen);
        var forward = directions.Build(there, isReply: false, sender, receiver);
        var reply = directions.Build(back, isReply: true, receiver, sender);
        var chain = Chain(seen, legs, joins, forward, reply);
        var requested = chain[0].Tuple(store);
        var served = chain[^1].Tuple(store);
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
            FirstTime = new Timestamp(seen.Min(l => l.Observations.Min(i => clocks.Corrected(store[i])))),
            LastTime = new Timestamp(seen.Max(l => l.Observations.Max(i => clocks.Corrected(store[i])))),
            Joins = [.. joins.Select(Explain).Distinct()],
            IcmpErrors = Errors(forward).Concat(Errors(reply)).ToList(),
        };
    }

    /// <summary>Namespaces of the client's and the server's own address: pods before nodes, since what masquerades is a node.</summary>
    internal static (NetworkNamespace? Sender, NetworkNamespace? Receiver) Ends(ObservationStore store, Network network, List<Leg> legs)
    {
        return (Pick(legs.Select(l => l.Tuple(store).Source)), Pick(legs.Select(l => l.Tuple(store).Destination)));

        NetworkNamespace? Pick(IEnumerable<IpAddress> addresses)
        {
            var owners = addresses.Select(network.Owner).OfType<NetworkNamespace>().ToList();
            return owners.Find(o => !o.IsNode) ?? owners.FirstOrDefault();
        }
    }

    internal static (List<int> There, List<int> Back) SplitDirections(ObservationStore store, List<Leg> legs)
    {
        var there = new List<int>();
        var back = new List<int>();
        foreach (var leg in legs)
        {
            foreach (var i in leg.Observations)
            {
                ref var o = ref store[i];
                // An error about a packet goes the other way than the packet.
                var forward = o.Kind == ObservationKind.IcmpError ? !QuotesForward(o, leg) : o.Tuple == leg.Forward;
                (forward ? there : back).Add(i);
            }
        }

        return (there, back);
    }

    private static bool QuotesForward(in Observation o, Leg leg) => o.QuotedTuple == leg.Forward || o.QuotedTuple != leg.Reverse;

    // Without a handshake, the side that a service or the lower port names is the server; all legs turn the same way.
    private void OrientByServices(List<Leg> legs)
    {
        if (legs.Exists(l => l.IsDirectionCertain))
            return;
        if (!legs.Exists(l => services.Contains(l.Tuple(store))) && legs.Exists(l => services.Contains(l.Tuple(store).Reversed)))
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
            AddLeg(seen.Find(l => store.Tuples[l.Forward] == hop.Tuple));
        foreach (var hop in reply.Hops.Reverse())
        {
            var leg = seen.Find(l => store.Tuples[l.Reverse] == hop.Tuple);
            if (leg is not null && !chain.Contains(leg))
                InsertBack(leg);
        }

        foreach (var leg in seen)
            AddLeg(leg);
        foreach (var join in joins.Where(j => j.Reason == JoinReason.Conntrack))
        {
            if (join.A.IsVirtual && !chain.Contains(join.A))
                chain.Insert(Math.Max(0, chain.IndexOf(join.B)), join.A);
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
            var position = reply.Hops.ToList().FindIndex(h => h.Tuple == store.Tuples[leg.Reverse]);
            var nearerServer = chain.FindIndex(c => reply.Hops.ToList().FindIndex(h => h.Tuple == store.Tuples[c.Reverse]) is var p and >= 0 && p < position);
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
        var (a, b) = (join.A.Tuple(store), join.B.Tuple(store));
        return join.Reason == JoinReason.Identity
            ? $"identity: {join.Packets} packet(s) seen both as {a} and as {b}"
            : $"conntrack: {join.Conntrack!.Location} translates {a} to {b}";
    }

    private IEnumerable<IcmpErrorSeen> Errors(FlowDirection direction) =>
        direction.Transmissions.Where(t => t.IsIcmpError).Select(t =>
        {
            ref var o = ref store[t.Observations[0]];
            return new IcmpErrorSeen(store.Tuples[o.Tuple].Source, o.IcmpTypeCode >> 8, o.IcmpTypeCode & 255, store.Points[o.Point], o.Frame);
        });
}
