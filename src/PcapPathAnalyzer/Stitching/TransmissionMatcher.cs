using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Finds, among the observations of one direction of one connection, those that are the same transmission.</summary>
internal sealed class TransmissionMatcher(ObservationStore store, ClockTable clocks)
{
    /// <summary>Longest stay in the network of one packet, corrected clocks: beyond it an equal packet is another one.</summary>
    private const long Lifetime = 10_000_000_000;

    /// <summary>Equal copies at one place within this time are one packet seen twice; a retransmission comes no sooner (TCP_RTO_MIN is 200 ms, a tail loss probe needs a round trip).</summary>
    private const long Echo = 1_000_000;

    /// <summary>Transmissions in order of their first observation, each with its observations in order of corrected time.</summary>
    public List<List<int>> Match(IReadOnlyList<int> observations)
    {
        var exact = new Dictionary<ulong, List<int>>();
        var cut = new List<int>();
        foreach (var i in observations)
        {
            ref var o = ref store[i];
            if (IsCut(o))
                cut.Add(i);
            else if (exact.TryGetValue(Key(o), out var list))
                list.Add(i);
            else
                exact.Add(Key(o), [i]);
        }

        var transmissions = new List<List<int>>();
        foreach (var copies in exact.Values)
            Split(copies, transmissions);
        AttachCut(cut, transmissions);
        SegmentMerger.Merge(store, clocks, transmissions);
        foreach (var t in transmissions)
            t.Sort(ByTime);
        transmissions.Sort((a, b) => ByTime(a[0], b[0]));
        return transmissions;
    }

    // All fragments of a datagram, and the datagram where it is whole, are one transmission: the identification says so.
    private static ulong Key(in Observation o) =>
        o.Kind == ObservationKind.Fragment ? ((ulong)o.Identification << 32) | 0xF4A6 : o.Identity();

    // The snap length left less than identity needs.
    private bool IsCut(in Observation o) =>
        o.Kind == ObservationKind.Packet && (store.Tuples[o.Tuple].Protocol == IpProtocol.Tcp ? !o.HasTcp() : o.PayloadHash == 0);

    private int ByTime(int a, int b)
    {
        var byTime = clocks.Corrected(store[a]).CompareTo(clocks.Corrected(store[b]));
        if (byTime != 0)
            return byTime;
        var byPoint = store[a].Point.CompareTo(store[b].Point);
        return byPoint != 0 ? byPoint : store[a].Frame.CompareTo(store[b].Frame);
    }

    private void Split(List<int> copies, List<List<int>> into)
    {
        copies.Sort(ByTime);
        var open = new List<List<int>>(1);
        foreach (var i in copies)
        {
            var home = open.Find(t => Takes(t, i));
            if (home is null)
                open.Add(home = []);
            home.Add(i);
        }

        into.AddRange(open);
    }

    private bool Takes(List<int> transmission, int candidate)
    {
        ref var o = ref store[candidate];
        var time = clocks.Corrected(o);
        if (time - clocks.Corrected(store[transmission[0]]) > Lifetime)
            return false;
        if (o.Kind == ObservationKind.Fragment)
            return true;
        foreach (var i in transmission)
        {
            ref var known = ref store[i];
            if (known.Point != o.Point || known.Tuple != o.Tuple || known.Tunnel != o.Tunnel || known.Ttl != o.Ttl || known.Heading != o.Heading || known.Macs != o.Macs)
                continue;
            var gap = time - clocks.Corrected(known);
            // The same identification again within a moment is the capture's doing, not the sender's. Without one, only
            // packets that nobody sends twice in a row (data, SYN) can be told from honest repetition.
            var echo = o.HasIdentification() ? gap < 100 * Echo : gap < Echo && (o.IsTcpData() || (o.TcpFlags & TcpFlags.Syn) != 0);
            if (!echo)
                return false;
        }

        return true;
    }

    // A cut copy is the whole copies' packet when IP identification and length agree; where several do, the nearest in time.
    private void AttachCut(List<int> cut, List<List<int>> transmissions)
    {
        if (cut.Count == 0)
            return;
        var byLoose = new Dictionary<(uint, int, ushort), List<List<int>>>();
        foreach (var t in transmissions)
            Slot(byLoose, t[0]).Add(t);
        cut.Sort(ByTime);
        foreach (var i in cut)
        {
            var slot = Slot(byLoose, i);
            List<int>? nearest = null;
            var distance = Lifetime;
            foreach (var t in slot)
            {
                var d = Math.Abs(clocks.Corrected(store[i]) - clocks.Corrected(store[t[0]]));
                if (d < distance && Takes(t, i))
                    (nearest, distance) = (t, d);
            }

            if (nearest is not null)
            {
                nearest.Add(i);
                continue;
            }

            var alone = new List<int> { i };
            transmissions.Add(alone);
            slot.Add(alone);
        }

        List<List<int>> Slot(Dictionary<(uint, int, ushort), List<List<int>>> map, int observation)
        {
            ref var o = ref store[observation];
            var key = (o.Identification, o.Length, o.FragmentOffset);
            if (!map.TryGetValue(key, out var list))
                map.Add(key, list = []);
            return list;
        }
    }
}
