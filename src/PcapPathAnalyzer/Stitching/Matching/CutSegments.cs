using System.Runtime.InteropServices;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// Finds, for a segment of which the snap length left too little for <see cref="SegmentMerger"/>, the super-segment whose bytes it carries: by its
/// sequence number where that was captured, else by IP identification, which segmentation counts on (inet_gso_segment in net/ipv4/af_inet.c).
/// One instance serves one thread.
/// </summary>
internal sealed class CutSegments(ObservationTables tables)
{
    /// <summary>Super-segments with the next lower sequence numbers that are looked at: copies, and what was sent again.</summary>
    private const int Looked = 32;

    private const long Lifetime = 1_000_000_000;

    private readonly List<(int Head, uint Start)> whole = [];
    private readonly HashSet<(int Place, int Tunnel, int Ttl, int Tuple, uint Identification, uint Sequence)> taken = [];
    private uint origin;

    /// <summary>The packets of one direction that were captured far enough.</summary>
    public void Use(Observation[] items, int[] at, List<int> heads)
    {
        whole.Clear();
        taken.Clear();
        foreach (var head in heads)
        {
            ref var o = ref items[at[head]];
            if (o.Kind == ObservationKind.Packet && o.IsTcpData())
                whole.Add((head, o.TcpSequence));
        }

        origin = whole.Count > 0 ? whole[0].Start : 0;
        whole.Sort((a, b) => ((int)(a.Start - origin)).CompareTo((int)(b.Start - origin)) is var c and not 0 ? c : a.Head.CompareTo(b.Head));
    }

    /// <summary>Remembers what was given to a super-segment, so that the same bytes at the same place again are another transmission.</summary>
    public void Note(in Observation o) => taken.Add(Key(o));

    /// <summary>The head of the transmission; -1 where none fits.</summary>
    public int Find(Observation[] items, int[] at, TransmissionSet set, int position)
    {
        ref var cut = ref items[at[position]];
        if (whole.Count == 0 || taken.Contains(Key(cut)))
            return -1;
        var hasSequence = (cut.Flags & PacketFlags.HasTcpSequence) != 0;
        var (best, distance) = (-1, Lifetime);
        var last = hasSequence ? UpperBound(cut.TcpSequence) : whole.Count;
        var first = hasSequence ? Math.Max(0, last - Looked) : 0;
        for (var i = first; i < last; i++)
        {
            ref var o = ref items[at[whole[i].Head]];
            var d = Math.Abs(cut.Time - o.Time);
            if (d < distance && (hasSequence ? cut.TcpSequence - o.TcpSequence < (uint)o.PayloadLength : Counts(cut, o)) && !IsSeenThere(items, at, set, whole[i].Head, cut))
                (best, distance) = (whole[i].Head, d);
        }

        return best;
    }

    // The whole super-segment was seen at the place of the cut one, or the same segment: then this is another.
    private bool IsSeenThere(Observation[] items, int[] at, TransmissionSet set, int head, in Observation cut)
    {
        for (var k = head; k >= 0; k = set.Next(k))
        {
            ref var o = ref items[at[k]];
            if (o.IsWhereAlso(cut, tables) && (o.HasTcp() || (o.TcpSequence == cut.TcpSequence && (o.Flags & cut.Flags & PacketFlags.HasTcpSequence) != 0)))
                return true;
        }

        return false;
    }

    private static bool Counts(in Observation cut, in Observation o)
    {
        var headers = o.Length - o.PayloadLength;
        var size = cut.Length - headers;
        return cut.Identification != 0 && size > 0 && size < o.PayloadLength && (ushort)(cut.Identification - o.Identification) <= o.PayloadLength / size;
    }

    // The first super-segment that begins after it.
    private int UpperBound(uint sequence) =>
        InOrder.CountBefore(CollectionsMarshal.AsSpan(whole), w => (int)(w.Start - origin) <= (int)(sequence - origin));

    private (int Place, int Tunnel, int Ttl, int Tuple, uint Identification, uint Sequence) Key(in Observation o) => (tables.PlaceOf(o.Point), o.Tunnel, o.Ttl, o.Tuple, o.Identification, o.TcpSequence);
}
