using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Sorts observations into legs.</summary>
internal sealed class LegBuilder(ObservationStore store)
{
    /// <summary>Idle time after which datagrams between the same ports are another exchange: nf_conntrack_udp_timeout_stream.</summary>
    private const long DatagramIdle = 120_000_000_000;

    private readonly List<Leg> legs = [];
    private readonly Dictionary<(int Canonical, uint Isn, int Kind), Leg> byKey = [];
    private readonly Dictionary<(int Point, int Canonical), State> current = [];
    private readonly Dictionary<int, Leg> latest = [];
    private readonly Dictionary<(IpAddress Source, IpAddress Destination, IpProtocol Protocol, uint Id), int> fragmentTuples = [];

    /// <summary>Leg of each observation; -1 for those that belong to none.</summary>
    public int[] LegOf { get; private set; } = [];

    public List<Leg> Build()
    {
        LegOf = new int[store.Count];
        Array.Fill(LegOf, -1);
        NoteFirstFragments();
        for (var i = 0; i < store.Count; i++)
        {
            ref var o = ref store[i];
            if (o.Kind == ObservationKind.IcmpError)
                continue;
            if (o.Kind == ObservationKind.Fragment && o.FragmentOffset != 0)
                TakePortsOfFirstFragment(ref o);
            Assign(i, Find(o));
        }

        AdoptUnopened();
        for (var i = 0; i < store.Count; i++)
        {
            ref var o = ref store[i];
            if (o.Kind == ObservationKind.IcmpError && FindQuoted(o) is { } leg)
                Assign(i, leg);
        }

        return legs;
    }

    private void Assign(int observation, Leg leg)
    {
        LegOf[observation] = leg.Index;
        leg.Observations.Add(observation);
    }

    private Leg Find(in Observation o)
    {
        var tuple = store.Tuples[o.Tuple];
        var reversed = store.Tuples.Add(tuple.Reversed);
        var canonical = Math.Min(o.Tuple, reversed);
        var key = (o.Point, canonical);
        current.TryGetValue(key, out var state);
        var leg = tuple.Protocol == IpProtocol.Tcp ? FindTcp(o, canonical, reversed, state) : FindDatagram(o, canonical, reversed, state);
        current[key] = new State(leg, o.Time, tuple.Protocol == IpProtocol.Tcp ? 0 : (int)(state.Epoch + (state.Leg is not null && state.Leg != leg ? 1 : 0)));
        latest[canonical] = leg;
        return leg;
    }

    private Leg FindTcp(in Observation o, int canonical, int reversed, State state)
    {
        var syn = (o.TcpFlags & (TcpFlags.Syn | TcpFlags.Rst)) == TcpFlags.Syn && o.HasTcp();
        if (!syn)
        {
            if (state.Leg is { } open)
                return open;
            var middle = GetOrAdd((canonical, 0, 0), o.Tuple, reversed, null);
            if (store.Tuples[o.Tuple].DestinationPort != store.Tuples[o.Tuple].SourcePort)
                middle.VoteForward(store.Tuples[o.Tuple].DestinationPort < store.Tuples[o.Tuple].SourcePort ? o.Tuple : reversed, certain: false);
            return middle;
        }

        var isReply = (o.TcpFlags & TcpFlags.Ack) != 0;
        // Simultaneous open (RFC 9293 section 3.5): the other side's SYN opens no second connection.
        if (!isReply && state.Leg is { InitialSequence: not null } half && half.Forward == reversed && half.Observations.Count > 0 && OnlySyns(half))
            return half;
        var isn = isReply ? o.TcpAcknowledgment - 1 : o.TcpSequence;
        var leg = GetOrAdd((canonical, isn, 1), isReply ? reversed : o.Tuple, isReply ? o.Tuple : reversed, isn);
        leg.VoteForward(isReply ? reversed : o.Tuple, certain: true);
        return leg;
    }

    private bool OnlySyns(Leg leg)
    {
        foreach (var i in leg.Observations)
        {
            if ((store[i].TcpFlags & (TcpFlags.Syn | TcpFlags.Ack)) != TcpFlags.Syn)
                return false;
        }

        return true;
    }

    private Leg FindDatagram(in Observation o, int canonical, int reversed, State state)
    {
        var epoch = state.Leg is null ? 0u : (uint)state.Epoch;
        if (state.Leg is not null && o.Time - state.Time > DatagramIdle)
            epoch++;
        var leg = GetOrAdd((canonical, epoch, 2), o.Tuple, reversed, null);
        var type = o.IcmpTypeCode >> 8;
        if (store.Tuples[o.Tuple].Protocol == IpProtocol.Icmp)
            leg.VoteForward(type is 8 or 13 ? o.Tuple : reversed, certain: type is 8 or 0 or 13 or 14);
        else if (store.Tuples[o.Tuple].Protocol == IpProtocol.Icmpv6)
            leg.VoteForward(type is 128 ? o.Tuple : reversed, certain: type is 128 or 129);
        else if (state.Leg != leg)
            leg.VoteForward(o.Tuple, certain: false); // who speaks first at a point asks
        return leg;
    }

    private Leg GetOrAdd((int Canonical, uint Isn, int Kind) key, int forward, int reversed, uint? isn)
    {
        if (byKey.TryGetValue(key, out var leg))
            return leg;
        leg = new Leg(legs.Count, forward, reversed) { InitialSequence = isn };
        legs.Add(leg);
        byKey.Add(key, leg);
        return leg;
    }

    // Packets met before the SYN at some point (a capture that began late there, or reordering) belong to the connection
    // whose sequence numbers they continue.
    private void AdoptUnopened()
    {
        foreach (var ((canonical, _, kind), middle) in byKey.ToList())
        {
            if (kind != 0)
                continue;
            var opened = byKey.Where(k => k.Key.Canonical == canonical && k.Key.Kind == 1).Select(k => k.Value).OrderBy(l => l.Index).ToList();
            if (opened.Count == 0)
                continue;
            var kept = new List<int>();
            foreach (var i in middle.Observations)
            {
                var owner = opened.Find(l => Continues(store[i], l));
                if (owner is null)
                    kept.Add(i);
                else
                    Assign(i, owner);
            }

            middle.Observations.Clear();
            middle.Observations.AddRange(kept);
        }
    }

    private static bool Continues(in Observation o, Leg leg)
    {
        const uint window = 1u << 30;
        var fromClient = o.Tuple == leg.Forward ? o.TcpSequence : o.TcpAcknowledgment;
        return fromClient - leg.InitialSequence!.Value < window;
    }

    private Leg? FindQuoted(in Observation o)
    {
        var tuple = store.Tuples[o.QuotedTuple];
        var canonical = Math.Min(o.QuotedTuple, store.Tuples.Add(tuple.Reversed));
        return current.TryGetValue((o.Point, canonical), out var state) ? state.Leg : latest.GetValueOrDefault(canonical);
    }

    private void NoteFirstFragments()
    {
        for (var i = 0; i < store.Count; i++)
        {
            ref var o = ref store[i];
            if (o.Kind != ObservationKind.Fragment || o.FragmentOffset != 0)
                continue;
            var t = store.Tuples[o.Tuple];
            fragmentTuples.TryAdd((t.Source, t.Destination, t.Protocol, o.Identification), o.Tuple);
        }
    }

    private void TakePortsOfFirstFragment(ref Observation o)
    {
        var t = store.Tuples[o.Tuple];
        if (fragmentTuples.TryGetValue((t.Source, t.Destination, t.Protocol, o.Identification), out var whole))
            o.Tuple = whole;
    }

    private readonly record struct State(Leg? Leg, long Time, int Epoch);
}
