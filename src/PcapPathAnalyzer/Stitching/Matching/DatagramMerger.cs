using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// Joins what UDP segmentation offload took apart or merged (UDP_SEGMENT and UDP_GRO in udp(7)): a super-datagram at one place, and at another the
/// datagrams that carry its bytes. The first of them begins as it does, all but the last have one size, together they are as long, and IPv4
/// numbers them on from its identification (inet_gso_segment in net/ipv4/af_inet.c).
/// </summary>
internal sealed class DatagramMerger(ObservationTables tables)
{
    /// <summary>Segments follow each other; nanoseconds.</summary>
    private const long Together = 10_000_000;

    /// <summary>UDP_MAX_SEGMENTS in include/linux/udp.h.</summary>
    private const int MostSegments = 128;

    /// <summary>So many pieces of one size are no chance, where nothing but the first bytes tells.</summary>
    private const int Telling = 4;

    private readonly Dictionary<int, int> parent = [];

    /// <param name="items">Where the observations are.</param>
    /// <param name="at">Which of them each position is.</param>
    /// <param name="set">Transmissions; takes what is joined.</param>
    public void Merge(Observation[] items, int[] at, TransmissionSet set)
    {
        if (set.Count < 2 || tables.Tuples[items[at[set.Heads[0]]].Tuple].Protocol != IpProtocol.Udp || !SomeBeginAlike(items, at, set))
            return;
        parent.Clear();
        var places = PlaceBy(items, at, set);
        foreach (var head in set.Heads)
        {
            ref readonly var super = ref items[at[head]];
            if (!IsWhole(super))
                continue;
            var seen = PlacesOf(items, at, set, head);
            foreach (var (place, sightings) in places)
            {
                if (seen.Contains(place))
                    continue;
                foreach (var piece in Pieces(super, sightings))
                    Unite(head, piece.Head);
            }
        }

        if (parent.Count == 0)
            return;
        foreach (var joined in parent.Keys.Order().ToList())
        {
            if (Root(joined) is var root && root != joined)
                set.Absorb(root, joined);
        }

        set.Keep(h => Root(h) == h);
    }

    private static bool IsWhole(in Observation o) => o.Kind == ObservationKind.Packet && o.PayloadLength > 0 && o.PayloadHash > 1;

    // Datagrams of different lengths with the same first bytes: without offloads hardly any.
    private static bool SomeBeginAlike(Observation[] items, int[] at, TransmissionSet set)
    {
        var lengths = new Dictionary<uint, int>(set.Count);
        foreach (var head in set.Heads)
        {
            ref readonly var o = ref items[at[head]];
            if (IsWhole(o) && !lengths.TryAdd(o.PayloadHash, o.PayloadLength) && lengths[o.PayloadHash] != o.PayloadLength)
                return true;
        }

        return false;
    }

    private Dictionary<HopKey, List<Sighting>> PlaceBy(Observation[] items, int[] at, TransmissionSet set)
    {
        var places = new Dictionary<HopKey, List<Sighting>>();
        foreach (var head in set.Heads)
        {
            for (var k = head; k >= 0; k = set.Next(k))
            {
                ref readonly var o = ref items[at[k]];
                if (!IsWhole(o))
                    continue;
                var key = PathOrder.Key(o, tables);
                if (!places.TryGetValue(key, out var list))
                    places.Add(key, list = []);
                // Captured twice, it is one.
                if (list.Count == 0 || list[^1].Head != head)
                    list.Add(new Sighting(o.Time, o.Identification, o.PayloadLength, o.PayloadHash, o.WholeHash, head));
            }
        }

        foreach (var list in places.Values)
            list.Sort(static (a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Identification != b.Identification ? a.Identification.CompareTo(b.Identification) : a.Head.CompareTo(b.Head));
        return places;
    }

    private HashSet<HopKey> PlacesOf(Observation[] items, int[] at, TransmissionSet set, int head)
    {
        var seen = new HashSet<HopKey>();
        for (var k = head; k >= 0; k = set.Next(k))
            seen.Add(PathOrder.Key(items[at[k]], tables));
        return seen;
    }

    // Of several that fit, the nearest in time.
    private List<Sighting> Pieces(in Observation super, List<Sighting> sightings)
    {
        List<Sighting> best = [];
        var distance = TransmissionMatcher.Lifetime;
        for (var i = 0; i < sightings.Count; i++)
        {
            var first = sightings[i];
            if (first.Hash != super.PayloadHash || first.Length >= super.PayloadLength || Math.Abs(first.Time - super.Time) >= distance || !MayBegin(super, first))
                continue;
            var pieces = From(i, super.PayloadLength, sightings, IsNumbered(super));
            if (pieces.Count > 1 && (IsNumbered(super) || IsSameBeginning(super, first) || pieces.Count >= Telling))
                (best, distance) = (pieces, Math.Abs(first.Time - super.Time));
        }

        return best;
    }

    // IPv6 has no identification.
    private bool IsNumbered(in Observation o) => tables.Tuples[o.Tuple].Source.IsIpv4;

    private bool MayBegin(in Observation super, in Sighting first) => !IsNumbered(super) || super.Identification == first.Identification;

    private static bool IsSameBeginning(in Observation super, in Sighting first) => first.Length >= ObservationReader.WholeBytes && super.WholeHash != 0 && super.WholeHash == first.Whole;

    // Those that follow the first one, until they are as long as the super-datagram; none where they never are.
    private static List<Sighting> From(int first, int length, List<Sighting> sightings, bool areNumbered)
    {
        var pieces = new List<Sighting>();
        for (var i = first; i < sightings.Count && sightings[i].Time - sightings[first].Time < Together; i++)
        {
            var next = sightings[i];
            // Of another super-datagram, all of which may begin with 0.
            if (areNumbered && pieces.Count > 0 && After(next) - After(pieces[^1]) is <= 0 or > MostSegments)
                continue;
            // Only the last may be smaller.
            if (pieces.Count > 0 && (next.Length > pieces[0].Length || pieces[^1].Length < pieces[0].Length))
                return [];
            pieces.Add(next);
            length -= next.Length;
            if (length <= 0 || pieces.Count == MostSegments)
                break;
        }

        return length == 0 ? pieces : [];

        int After(Sighting s) => (ushort)(s.Identification - sightings[first].Identification);
    }

    private void Unite(int a, int b)
    {
        var (x, y) = (Root(a), Root(b));
        if (x == y)
            return;
        (parent[Math.Max(x, y)], parent[Math.Min(x, y)]) = (Math.Min(x, y), Math.Min(x, y));
    }

    private int Root(int head)
    {
        while (parent.TryGetValue(head, out var above) && above != head)
            head = above;
        return head;
    }

    private readonly record struct Sighting(long Time, uint Identification, int Length, uint Hash, uint Whole, int Head);
}
