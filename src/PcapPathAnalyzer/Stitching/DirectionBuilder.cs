using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Makes one direction of a flow: its transmissions, its hops in path order, times between hops.</summary>
internal sealed class DirectionBuilder(ObservationStore store, Network network, ClockTable clocks)
{
    private readonly TransmissionMatcher matcher = new(store, clocks);
    private readonly PathOrder order = new(store, network, clocks);

    /// <param name="observations">All observations of the direction, ICMP errors that travel with it included.</param>
    /// <param name="isReply">True from server to client.</param>
    /// <param name="sender">Namespace the packets come from, where known.</param>
    /// <param name="receiver">Namespace they go to, where known.</param>
    public FlowDirection Build(List<int> observations, bool isReply, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        if (observations.Count == 0)
            return FlowDirection.Empty;
        var matched = matcher.Match(observations);
        // ICMP errors come from routers on the way: their hops are their own and do not shape the flow's path.
        var travelling = matched.Where(t => store[t[0]].Kind != ObservationKind.IcmpError).ToList();
        var keys = order.Order(travelling, sender, receiver);
        foreach (var key in order.Order(matched.Where(t => store[t[0]].Kind == ObservationKind.IcmpError).ToList(), null, receiver))
        {
            if (!keys.Contains(key))
                keys.Add(key);
        }

        var numbers = keys.Select((k, i) => (k, i)).ToDictionary(p => p.k, p => (ushort)(p.i + 1));
        var transmissions = matched.ConvertAll(t => Make(t, numbers, isReply));
        var retransmissions = MarkRetransmissions(transmissions);
        return new FlowDirection
        {
            Hops = Hops(keys, transmissions),
            Packets = transmissions.Count(t => !t.IsIcmpError),
            Retransmissions = retransmissions,
            Transmissions = transmissions,
        };
    }

    private Transmission Make(List<int> observations, Dictionary<HopKey, ushort> numbers, bool isReply)
    {
        ref var first = ref store[observations[0]];
        var ordered = observations.OrderBy(i => numbers[PathOrder.Key(store[i])]).ThenBy(i => clocks.Corrected(store[i])).ThenBy(i => store[i].Frame).ToArray();
        var (start, end) = (first.TcpSequence, first.TcpSequence);
        var length = 0;
        foreach (var i in observations)
        {
            ref var o = ref store[i];
            if (!o.HasTcp())
                continue;
            if ((int)(o.TcpSequence - start) < 0)
                start = o.TcpSequence;
            var fin = o.TcpSequence + (uint)SegmentLength(o);
            if ((int)(fin - end) > 0)
                end = fin;
        }

        length = (int)(end - start);
        return new Transmission
        {
            Observations = ordered,
            Hops = [.. ordered.Select(i => numbers[PathOrder.Key(store[i])])],
            Time = clocks.Corrected(first),
            Sequence = start,
            SegmentLength = length,
            TcpFlags = observations.Aggregate(TcpFlags.None, (flags, i) => flags | store[i].TcpFlags),
            Acknowledgment = first.TcpAcknowledgment,
            PayloadLength = first.PayloadLength,
            IsIcmpError = first.Kind == ObservationKind.IcmpError,
            IsReply = isReply,
        };
    }

    private static int SegmentLength(in Observation o) =>
        o.PayloadLength + ((o.TcpFlags & TcpFlags.Syn) != 0 ? 1 : 0) + ((o.TcpFlags & TcpFlags.Fin) != 0 ? 1 : 0);

    // A segment whose bytes (SYN and FIN count as one) were all sent before. A keep-alive repeats the byte before the next
    // one and is not meant.
    private static int MarkRetransmissions(List<Transmission> transmissions)
    {
        var count = 0;
        uint? highest = null;
        var sent = new HashSet<(uint, int)>();
        foreach (var t in transmissions)
        {
            if (t.SegmentLength == 0 || t.IsIcmpError || (t.TcpFlags & TcpFlags.Rst) != 0)
                continue;
            var end = t.Sequence + (uint)t.SegmentLength;
            var keepAlive = t.SegmentLength == 1 && (t.TcpFlags & (TcpFlags.Syn | TcpFlags.Fin)) == 0 && end == highest;
            var repeats = !sent.Add((t.Sequence, t.SegmentLength)) || (highest is { } h && (int)(h - end) >= 0 && CoveredBefore(transmissions, t));
            if (repeats && !keepAlive)
            {
                t.IsRetransmission = true;
                count++;
            }

            if (highest is null || (int)(end - highest.Value) > 0)
                highest = end;
        }

        return count;
    }

    // Reordering also brings low sequence numbers late: only bytes that an earlier transmission carried count.
    private static bool CoveredBefore(List<Transmission> transmissions, Transmission t)
    {
        foreach (var other in transmissions)
        {
            if (other == t)
                return false;
            if (other.SegmentLength > 0 && (int)(t.Sequence - other.Sequence) >= 0 && (int)(other.Sequence + (uint)other.SegmentLength - t.Sequence - (uint)t.SegmentLength) >= 0)
                return true;
        }

        return false;
    }

    private List<Hop> Hops(List<HopKey> keys, List<Transmission> transmissions)
    {
        var stats = new HopStatistics[keys.Count + 1];
        for (var h = 1; h < stats.Length; h++)
            stats[h] = new HopStatistics();
        foreach (var t in transmissions)
        {
            // Fragments and segments of one transmission: the first at each hop is timed.
            var (last, lastTime) = (0, 0L);
            for (var k = 0; k < t.Observations.Length; k++)
            {
                ref var o = ref store[t.Observations[k]];
                var stat = stats[t.Hops[k]];
                stat.Note(o, countPacket: t.Hops[k] != last);
                if (t.Hops[k] == last || IsTap(keys, t.Hops[k]))
                    continue;
                if (last > 0 && (t.Hops[k] == last + 1 || (t.Hops[k] == last + 2 && IsTap(keys, last + 1))) && stat.Delays.Count < 1024)
                    stat.Delays.Add(clocks.Corrected(o) - lastTime);
                (last, lastTime) = (t.Hops[k], clocks.Corrected(o));
            }
        }

        return [.. keys.Select((key, i) => stats[i + 1].ToHop(i + 1, key, store))];
    }

    // The copy a promiscuous bridge gets of what it switches between two ports is stamped after the packet has left: it has
    // a place on the way and no time on it.
    private bool IsTap(List<HopKey> keys, int hop)
    {
        if (hop < 2 || hop >= keys.Count || store.Points[keys[hop - 1].Point].Device is not { IsBridge: true } bridge)
            return false;
        return store.Points[keys[hop - 2].Point].Device?.Master == bridge && store.Points[keys[hop].Point].Device?.Master == bridge;
    }

    private sealed class HopStatistics
    {
        private int packets;
        private long bytes;
        private int ttl;
        private uint firstFrame = uint.MaxValue;
        private uint lastFrame;

        public List<long> Delays { get; } = [];

        public void Note(in Observation o, bool countPacket)
        {
            if (countPacket)
                packets++;
            if (ttl == 0)
                ttl = o.Ttl;
            bytes += o.Length;
            firstFrame = Math.Min(firstFrame, o.Frame);
            lastFrame = Math.Max(lastFrame, o.Frame);
        }

        public Hop ToHop(int number, HopKey key, ObservationStore store)
        {
            Delays.Sort();
            return new Hop
            {
                Number = number,
                Point = store.Points[key.Point],
                Tuple = store.Tuples[key.Tuple],
                Tunnel = store.Tunnels[key.Tunnel],
                Packets = packets,
                Bytes = bytes,
                Ttl = ttl,
                FirstFrame = firstFrame,
                LastFrame = lastFrame,
                Latency = Delays.Count == 0 ? null : Delays[Delays.Count / 2],
            };
        }
    }
}
