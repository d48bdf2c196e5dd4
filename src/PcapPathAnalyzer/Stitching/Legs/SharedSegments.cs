using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>
/// Finds legs of which one has super-datagrams and the other the datagrams that these were taken apart into (<see cref="DatagramMerger"/>), where
/// nothing else is common to both: translated on one node, before its NIC takes them apart.
/// </summary>
/// <param name="observations">All of them.</param>
internal sealed class SharedSegments(Observations observations)
{
    /// <summary>A beginning that more sightings share proves nothing.</summary>
    private const int MaxShared = 6;

    /// <summary>Packets of each leg and capture point that are compared, the first ones: at most, and where there are many legs.</summary>
    private const int Enough = 1024;
    private const int Few = 16;

    /// <summary>Packets of all legs that are, as long as that leaves each of them <see cref="Few"/>.</summary>
    private const int Together = 1 << 20;

    private readonly ObservationTables tables = observations.Tables;

    // Beside the first sighting stands how many other legs have the beginning with another length.
    private readonly Dictionary<ulong, (Way First, int Length, int Others)> beginnings = [];
    private readonly HashSet<(ulong Beginning, Way A, Way B)> alike = [];

    /// <summary>Remembers how a datagram begins, if it may be a super-datagram or the first of its segments.</summary>
    /// <param name="o">Any packet.</param>
    /// <param name="mask">Bits of its identity that must be 0: of many datagrams a part is compared.</param>
    public void Note(in Observation o, ulong mask)
    {
        if (o.Kind != ObservationKind.Packet || o.PayloadLength < ObservationReader.WholeBytes || o.WholeHash == 0 || tables.Tuples[o.Tuple].Protocol != IpProtocol.Udp)
            return;
        var identity = ObservationFacts.WithWhole(o.DatagramIdentity(tables), o.WholeHash);
        if ((identity & mask) != 0)
            return;
        var here = new Way(o.Leg, o.Tuple);
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(beginnings, identity, out var exists);
        if (!exists)
            known = (here, o.PayloadLength, 0);
        else if (known.First.Leg != o.Leg && known.Length != o.PayloadLength && known.Others <= MaxShared && alike.Add((identity, known.First, here)))
            known.Others++;
    }

    /// <summary>Observations of each datagram that one leg has at once and another one in segments.</summary>
    /// <param name="isOpen">Whether nothing is known of two legs yet, the lower number first.</param>
    public List<Observation[]> Find(Func<int, int, bool> isOpen)
    {
        var pairs = new SortedSet<(Way A, Way B)>();
        foreach (var (beginning, a, b) in alike)
        {
            var (low, high) = a.Leg < b.Leg ? (a, b) : (b, a);
            if (beginnings[beginning].Others <= MaxShared && isOpen(low.Leg, high.Leg))
                pairs.Add((low, high));
        }

        beginnings.Clear();
        if (pairs.Count == 0)
            return [];
        var (packets, matcher) = (Collect([.. pairs.SelectMany(static p => new[] { p.A, p.B })]), new TransmissionMatcher(tables));
        return [.. pairs.SelectMany(p => Common(matcher, [.. packets[p.A].Concat(packets[p.B]).OrderBy(static o => o.Point)]))];
    }

    private Dictionary<Way, List<Observation>> Collect(HashSet<Way> ways)
    {
        var (packets, wanted) = (ways.ToDictionary(static w => w, static _ => new List<Observation>()), new bool[observations.Legs.Count]);
        foreach (var way in ways)
            wanted[way.Leg] = true;
        var most = Math.Clamp(Together / (ways.Count * observations.Files), Few, Enough);
        for (var file = 0; file < observations.Files; file++)
        {
            var seen = new Dictionary<(int Point, Way Way), int>();
            observations.ForEach(file, wanted, o =>
            {
                var way = new Way(o.Leg, o.Tuple);
                if (o.Kind == ObservationKind.Packet && packets.TryGetValue(way, out var list) && CollectionsMarshal.GetValueRefOrAddDefault(seen, (o.Point, way), out _)++ < most)
                    list.Add(o);
            });
        }

        return packets;
    }

    private static List<Observation[]> Common(TransmissionMatcher matcher, Observation[] items)
    {
        matcher.Match(items, [.. Enumerable.Range(0, items.Length)], items.Length);
        var common = new List<Observation[]>();
        foreach (var head in matcher.Set.Heads)
        {
            var copies = new List<Observation>();
            for (var k = head; k >= 0; k = matcher.Set.Next(k))
                copies.Add(items[k]);
            // What both have alike was compared before.
            var first = copies.FindAll(o => o.Tuple == copies[0].Tuple);
            if (first.Count < copies.Count && !first.Exists(f => copies.Exists(o => o.Tuple != f.Tuple && o.PayloadLength == f.PayloadLength)))
                common.Add([.. copies]);
        }

        return common;
    }

    /// <summary>One direction of a leg.</summary>
    private readonly record struct Way(int Leg, int Tuple) : IComparable<Way>
    {
        public int CompareTo(Way other) => Leg != other.Leg ? Leg.CompareTo(other.Leg) : Tuple.CompareTo(other.Tuple);
    }
}
