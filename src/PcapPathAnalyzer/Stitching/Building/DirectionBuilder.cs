using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Makes one direction of a flow: its transmissions, its hops in path order, times between hops. One instance serves one thread.</summary>
internal sealed class DirectionBuilder(ObservationTables tables, Network network, ClockTable clocks, HopSlabs slabs)
{
    /// <summary>Transmissions that are asked for the order of hops.</summary>
    internal const int Witnesses = 12;

    private readonly TransmissionMatcher matcher = new(tables, clocks);
    private readonly BackInTime backInTime = new(tables, clocks);
    private readonly AlignedBuilder aligned = new(tables, network, clocks, slabs);
    private readonly PathOrder order = new(tables, network);
    private readonly List<HopCandidate> travelling = [];
    private readonly List<HopCandidate> errors = [];
    private readonly List<int> members = [];
    private HopCandidate[] hopAt = new HopCandidate[64];
    private TransmissionMemory memory = new();

    // The positions of all observations: what is matched here is all of them.
    private int[] all = [];

    /// <summary>Where the packets of the next partition are.</summary>
    public void Use(TransmissionMemory next)
    {
        memory = next;
        aligned.Use(next);
    }

    /// <param name="packets">Those of the direction, ICMP errors that travel with it included.</param>
    /// <param name="isReply">True from server to client.</param>
    /// <param name="sender">Namespace the packets come from, where known.</param>
    /// <param name="receiver">Namespace they go to, where known.</param>
    public FlowDirection Build(DirectionPackets packets, bool isReply, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        if (packets.Count == 0)
            return FlowDirection.Empty;
        return aligned.Build(packets, isReply, sender, receiver) ?? BuildAny(packets, isReply, sender, receiver);
    }

    /// <summary>The long way, which any observations can go; parameters as above.</summary>
    internal FlowDirection BuildAny(DirectionPackets packets, bool isReply, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        var (items, count) = (packets.ToObservations(clocks), packets.Count);
        if (all.Length < count)
            all = [.. Enumerable.Range(0, Math.Max(count, all.Length * 2))];
        var indices = all;
        matcher.Match(items, indices, count);
        FindHops(items, indices, count);
        // ICMP errors come from routers on the way: their hops are their own and do not shape the flow's path.
        var ordered = order.Order([.. travelling], Precedence(items, indices, travelling, errors: false), sender, receiver);
        foreach (var hop in order.Order([.. errors], Precedence(items, indices, errors, errors: true), null, receiver))
        {
            if (!ordered.Exists(h => h.Key == hop.Key))
                ordered.Add(hop);
        }

        var numbers = Numbers(ordered);
        backInTime.Part(items, indices, matcher.Set, k => numbers.Travelling[hopAt[k].Index]);
        var transmissions = Emit(items, indices, count, numbers, isReply);
        var hops = slabs.Take(ordered.Count);
        new HopMeter(tables, ordered).Measure(transmissions, hops.Records);
        var (again, keepAlives) = Retransmission.Mark(transmissions);
        return new FlowDirection
        {
            Hops = hops,
            Packets = transmissions.Count(t => !t.IsIcmpError),
            Retransmissions = again,
            KeepAlives = keepAlives,
            Summary = transmissions.Aggregate(default(DirectionSummary), (s, t) => s.With(t.TcpFlags, t.IsIcmpError)),
            MayBeTwice = matcher.MayBeTwice,
            MayBeSeveral = matcher.MayBeSeveral,
            Transmissions = transmissions,
            FirstTime = transmissions.Min(static t => t.Observations.Min(static o => o.Time)),
            LastTime = transmissions.Max(static t => t.Observations.Max(static o => o.Time)),
        };
    }

    // Hops in order of first sight. Packets pass them in the same order again and again: the next one is tried first.
    private void FindHops(Observation[] items, int[] indices, int count)
    {
        travelling.Clear();
        errors.Clear();
        if (hopAt.Length < count)
            hopAt = new HopCandidate[Math.Max(count, hopAt.Length * 2)];
        foreach (var head in matcher.Set.Heads)
        {
            var hops = items[indices[head]].Kind == ObservationKind.IcmpError ? errors : travelling;
            var guess = 0;
            for (var k = head; k >= 0; k = matcher.Set.Next(k))
            {
                ref var o = ref items[indices[k]];
                var key = PathOrder.Key(o, tables);
                var found = guess < hops.Count && hops[guess].Key == key ? guess : hops.FindIndex(h => h.Key == key);
                if (found < 0)
                {
                    found = hops.Count;
                    hops.Add(new HopCandidate(key, tables.Points[key.Point], found, o));
                }

                hopAt[k] = hops[found];
                guess = found + 1;
            }
        }
    }

    private int[,] Precedence(Observation[] items, int[] indices, List<HopCandidate> hops, bool errors)
    {
        var before = new int[hops.Count, hops.Count];
        // Different pieces say little: they count where no transmission has the same at both.
        var guessed = new int[hops.Count, hops.Count];
        // The last transmission that told the order of two hops, from 1.
        var told = new int[hops.Count, hops.Count];
        var taken = 0;
        foreach (var head in matcher.Set.Heads)
        {
            if (items[indices[head]].Kind == ObservationKind.IcmpError != errors || matcher.Set.Next(head) < 0)
                continue;
            if (taken++ == Witnesses)
                break;
            // The same piece of it at both, where it was seen in pieces; of different ones the first.
            for (var x = head; x >= 0; x = matcher.Set.Next(x))
            {
                for (var y = matcher.Set.Next(x); y >= 0; y = matcher.Set.Next(y))
                    Tell(x, y, isSamePiece: true);
            }

            FirstSights(items, indices, head);
            for (var x = 0; x < members.Count; x++)
            {
                for (var y = x + 1; y < members.Count; y++)
                    Tell(members[x], members[y], isSamePiece: false);
            }
        }

        for (var a = 0; a < hops.Count; a++)
        {
            for (var b = 0; b < hops.Count; b++)
                before[a, b] = before[a, b] != 0 ? before[a, b] : guessed[a, b];
        }

        return before;

        void Tell(int x, int y, bool isSamePiece)
        {
            var (h, k) = (hopAt[x], hopAt[y]);
            ref readonly var a = ref items[indices[x]];
            ref readonly var b = ref items[indices[y]];
            if (ReferenceEquals(h, k) || told[h.Index, k.Index] == taken || (isSamePiece && (a.FragmentOffset != b.FragmentOffset || a.TcpSequence != b.TcpSequence || a.PayloadHash != b.PayloadHash)))
                return;
            told[h.Index, k.Index] = told[k.Index, h.Index] = taken;
            if (a.Time == b.Time || !ReferenceEquals(h.Point.Clock, k.Point.Clock))
                return;
            var (first, second) = a.Time < b.Time ? (h.Index, k.Index) : (k.Index, h.Index);
            var votes = isSamePiece ? before : guessed;
            votes[first, second]++;
            votes[second, first]--;
        }
    }

    // Of segments and fragments only the first ones at each hop say where it lies: the last come by when the first are far.
    private void FirstSights(Observation[] items, int[] indices, int head)
    {
        members.Clear();
        for (var k = head; k >= 0; k = matcher.Set.Next(k))
        {
            var known = members.FindIndex(m => ReferenceEquals(hopAt[m], hopAt[k]));
            if (known < 0)
                members.Add(k);
            else if (items[indices[k]].Time < items[indices[members[known]]].Time)
                members[known] = k;
        }
    }

    // Number of each hop along the way, from 1, for travelling packets and for errors.
    private (ushort[] Travelling, ushort[] Errors) Numbers(List<HopCandidate> ordered)
    {
        return (Of(travelling), Of(errors));

        ushort[] Of(List<HopCandidate> hops)
        {
            var numbers = new ushort[hops.Count];
            foreach (var hop in hops)
                numbers[hop.Index] = (ushort)(ordered.FindIndex(h => h.Key == hop.Key) + 1);
            return numbers;
        }
    }

    private List<Transmission> Emit(Observation[] items, int[] indices, int count, (ushort[] Travelling, ushort[] Errors) numbers, bool isReply)
    {
        var (sorted, hops, used) = memory.Take(count);
        var transmissions = new List<Transmission>(matcher.Set.Count);
        foreach (var head in matcher.Set.Heads)
        {
            var numberOf = items[indices[head]].Kind == ObservationKind.IcmpError ? numbers.Errors : numbers.Travelling;
            members.Clear();
            for (var k = head; k >= 0; k = matcher.Set.Next(k))
                Insert(items, indices, numberOf, k);
            var start = used;
            foreach (var k in members)
            {
                sorted[used] = items[indices[k]];
                hops[used++] = numberOf[hopAt[k].Index];
            }

            transmissions.Add(Transmission.Of(new ArraySegment<Observation>(sorted, start, used - start), new ArraySegment<ushort>(hops, start, used - start), isReply));
        }

        // A copy cut by its snap length joins last, and may be the earliest.
        transmissions.Sort((a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Observations.Offset.CompareTo(b.Observations.Offset));
        return transmissions;
    }

    // By hop, then time, then frame; members come nearly in order.
    private void Insert(Observation[] items, int[] indices, ushort[] numberOf, int k)
    {
        var at = members.Count;
        while (at > 0 && Compare(members[at - 1], k) > 0)
            at--;
        members.Insert(at, k);

        int Compare(int a, int b)
        {
            var byHop = numberOf[hopAt[a].Index] - numberOf[hopAt[b].Index];
            if (byHop != 0)
                return byHop;
            ref var x = ref items[indices[a]];
            ref var y = ref items[indices[b]];
            return x.Time != y.Time ? x.Time.CompareTo(y.Time) : x.Frame.CompareTo(y.Frame);
        }
    }
}
