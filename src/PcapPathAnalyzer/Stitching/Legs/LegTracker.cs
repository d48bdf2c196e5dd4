using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>How a leg begins: what tells it from other connections between the same endpoints.</summary>
internal enum LegKind : byte
{
    /// <summary>TCP whose handshake was not seen here.</summary>
    Middle,

    /// <summary>TCP from its handshake on: the client's initial sequence number names it.</summary>
    Opened,

    /// <summary>Datagrams; numbered, since an idle time ends an exchange.</summary>
    Datagrams,
}

/// <summary>Sorts the packets of one file into legs as they come, by the numbers of that file.</summary>
internal sealed class LegTracker
{
    /// <summary>Idle time after which datagrams between the same ports are another exchange: nf_conntrack_udp_timeout_stream.</summary>
    private const long DatagramIdle = 120_000_000_000;

    /// <summary>The time after which Linux gives a port of a closed connection away again (net.ipv4.tcp_tw_reuse); nanoseconds.</summary>
    internal const long Pause = 1_000_000_000;

    /// <summary>The first port that Linux gives to who asks for none (net.ipv4.ip_local_port_range); node ports lie below it.</summary>
    private const int FirstEphemeral = 32768;

    // A leg's number is that of its key, less one.
    private readonly Interner<LegKey> keys = new();
    private readonly Interner<PointAndTuple> otherPoints = new();
    private State[] states = new State[64];
    private State[] otherStates = new State[64];
    private Endpoint[] endpoints = new Endpoint[64];
    private LocalLeg[] legs = new LocalLeg[64];

    public int Count { get; private set; }

    public ReadOnlySpan<LocalLeg> Legs => legs.AsSpan(0, Count);

    /// <summary>The leg of an observation; -1 for ICMP errors about nothing seen here and for fragments without ports.</summary>
    public int Assign(in Observation o, ObservationTables tables)
    {
        if (o.Kind == ObservationKind.IcmpError)
            return StateOf(o.Point, EndpointOf(o.QuotedTuple, tables).Canonical).Leg - 1;
        if (o.Kind == ObservationKind.Fragment && o.FragmentOffset != 0)
            return -1;
        ref readonly var endpoint = ref EndpointOf(o.Tuple, tables);
        ref var state = ref StateOf(o.Point, endpoint.Canonical);
        var isTcp = endpoint.Protocol == IpProtocol.Tcp;
        var leg = isTcp ? FindTcp(o, endpoint, ref state) : FindDatagram(o, endpoint, ref state);
        state.Leg = leg + 1;
        state.Time = o.Time;
        legs[leg].Note(o);
        if (isTcp)
            legs[leg].Follow(o);
        return leg;
    }

    /// <summary>Forgets all legs; the memory stays for the next file.</summary>
    public void Clear()
    {
        keys.Clear();
        otherPoints.Clear();
        Array.Clear(states);
        Array.Clear(otherStates);
        Array.Clear(endpoints);
        Count = 0;
    }

    // What is asked of every packet's tuple, worked out once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Endpoint EndpointOf(int tuple, ObservationTables tables)
    {
        var known = endpoints;
        return ref (uint)tuple < (uint)known.Length && known[tuple].IsKnown ? ref known[tuple] : ref MakeEndpoint(tuple, tables);
    }

    private ref Endpoint MakeEndpoint(int tuple, ObservationTables tables)
    {
        if (tuple >= endpoints.Length)
            Array.Resize(ref endpoints, Math.Max(tuple + 1, endpoints.Length * 2));
        if (!endpoints[tuple].IsKnown)
        {
            var value = tables.Tuples[tuple];
            var reverse = tables.Tuples.Add(value.Reversed);
            endpoints[tuple] = new Endpoint(reverse, Math.Min(tuple, reverse), value.Protocol, value.DestinationPort.CompareTo(value.SourcePort), value.Destination.IsMulticast, value.SourcePort < FirstEphemeral && value.DestinationPort >= FirstEphemeral);
        }

        return ref endpoints[tuple];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref State StateOf(int point, int canonical)
    {
        // Most files have one capture point.
        var known = states;
        return ref point == 0 && (uint)canonical < (uint)known.Length ? ref known[canonical] : ref MakeState(point, canonical);
    }

    private ref State MakeState(int point, int canonical)
    {
        if (point == 0)
        {
            if (canonical >= states.Length)
                Array.Resize(ref states, Math.Max(canonical + 1, states.Length * 2));
            return ref states[canonical];
        }

        var slot = otherPoints.Add(new PointAndTuple(point, canonical));
        if (slot >= otherStates.Length)
            Array.Resize(ref otherStates, Math.Max(slot + 1, otherStates.Length * 2));
        return ref otherStates[slot];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindTcp(in Observation o, in Endpoint endpoint, ref State state)
    {
        // Where the handshake was missed, or cut off by the snap length, only the numbers show that ports are used again.
        var goesOn = (o.TcpFlags & (TcpFlags.Syn | TcpFlags.Rst)) != TcpFlags.Syn || !o.HasTcp();
        return goesOn && state.Leg > 0 && !legs[state.Leg - 1].IsAnother(o, o.Time - state.Time > Pause) ? state.Leg - 1 : BeginTcp(o, endpoint, ref state);
    }

    private int BeginTcp(in Observation o, in Endpoint endpoint, ref State state)
    {
        if ((o.TcpFlags & (TcpFlags.Syn | TcpFlags.Rst)) != TcpFlags.Syn || !o.HasTcp())
        {
            if (state.Leg > 0)
                state.Epoch++;
            var middle = GetOrAdd(new LegKey(endpoint.Canonical, state.Epoch, LegKind.Middle), o.Tuple, endpoint.Reverse);
            // The lower port is the server's, as a first guess.
            if (endpoint.PortOrder != 0)
                legs[middle].Vote(endpoint.PortOrder < 0 ? o.Tuple : endpoint.Reverse);
            return middle;
        }

        var isReply = (o.TcpFlags & TcpFlags.Ack) != 0;
        // Simultaneous open (RFC 9293 section 3.5): the other side's SYN opens no second connection.
        if (!isReply && state.Leg > 0 && legs[state.Leg - 1] is { Kind: LegKind.Opened, HasOnlySyns: true } half && half.Forward == endpoint.Reverse)
        {
            legs[state.Leg - 1].Meet(o.TcpSequence);
            return state.Leg - 1;
        }

        if (isReply && state.Leg > 0 && legs[state.Leg - 1].IsSimultaneous)
            return state.Leg - 1;
        var isn = isReply ? o.TcpAcknowledgment - 1 : o.TcpSequence;
        var leg = GetOrAdd(new LegKey(endpoint.Canonical, isn, LegKind.Opened), isReply ? endpoint.Reverse : o.Tuple, isReply ? o.Tuple : endpoint.Reverse);
        legs[leg].IsDirectionCertain = true;
        return leg;
    }

    private int FindDatagram(in Observation o, in Endpoint endpoint, ref State state)
    {
        var isIdle = state.Leg > 0 && o.Time - state.Time > DatagramIdle;
        if (isIdle)
            state.Epoch++;
        // The same question gave the last packet's leg.
        var leg = state.Leg > 0 && !isIdle ? state.Leg - 1 : GetOrAdd(new LegKey(endpoint.Canonical, state.Epoch, LegKind.Datagrams), o.Tuple, endpoint.Reverse);
        var type = o.IcmpTypeCode >> 8;
        if (endpoint.Protocol == IpProtocol.Icmp)
            Turn(ref legs[leg], type is 8 or 13 ? o.Tuple : endpoint.Reverse, certain: type is 8 or 0 or 13 or 14);
        else if (endpoint.Protocol == IpProtocol.Icmpv6)
            Turn(ref legs[leg], IsAnswer(type) && !endpoint.IsToGroup ? endpoint.Reverse : o.Tuple, certain: type is 128 or 129);
        else if (state.Leg != leg + 1)
            legs[leg].Speak(o.Tuple, endpoint.IsFromService);
        else if (legs[leg].WasAnsweredFirst)
            legs[leg].Ask(o.Tuple);
        return leg;
    }

    // Echo reply (RFC 4443), router and neighbour advertisement (RFC 4861).
    private static bool IsAnswer(int type) => type is 129 or 134 or 136;

    private static void Turn(ref LocalLeg leg, int forward, bool certain)
    {
        if (leg.IsDirectionCertain)
            return;
        leg.Vote(forward);
        if (!certain)
            return;
        if (forward != leg.Forward)
            (leg.Forward, leg.Reverse) = (leg.Reverse, leg.Forward);
        leg.IsDirectionCertain = true;
    }

    private int GetOrAdd(in LegKey key, int forward, int reverse)
    {
        var leg = keys.Add(key) - 1;
        if (leg < Count)
            return leg;
        if (Count == legs.Length)
            Array.Resize(ref legs, Count * 2);
        legs[Count] = new LocalLeg { Forward = forward, Reverse = reverse, Number = key.Number, Kind = key.Kind, HasOnlySyns = true, FirstTime = long.MaxValue, LastTime = long.MinValue };
        return Count++;
    }

    private readonly record struct PointAndTuple(int Point, int Canonical)
    {
        public override int GetHashCode() => (Point * 486187739) ^ Canonical;
    }

    private readonly record struct Endpoint(int Reverse, int Canonical, IpProtocol Protocol, int PortOrder, bool IsToGroup, bool IsFromService)
    {
        public bool IsKnown => Reverse != 0 || Canonical != 0;
    }

    // Leg is its number + 1, 0 where there is none.
    private struct State
    {
        public int Leg;
        public uint Epoch;
        public long Time;
    }
}
