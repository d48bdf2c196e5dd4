using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// The common case of <see cref="TransmissionMatcher"/> at a fraction of its work: every hop saw the same packets in the same
/// order, each once, nothing was sent again. Then the k-th copies at all hops are one transmission. What does not fit exactly
/// is refused and goes the long way; the result is the same.
/// </summary>
internal sealed class AlignedCopies(ObservationTables tables)
{
    private const int MaxHops = 64;
    private readonly List<HopKey> keys = [];
    private readonly int[] counts = new int[MaxHops];
    private readonly HashSet<ulong> identities = [];
    private byte[] hopOf = new byte[64];
    private ulong[] few = new ulong[16];

    public int Hops => keys.Count;

    public int Packets { get; private set; }

    /// <summary>In order of the first packet's copies; the hop's place in <see cref="Cells"/>.</summary>
    public List<int> FirstSight { get; } = [];

    /// <summary>Positions in the list of observations: hop by hop, each hop's packets in order.</summary>
    public int[] Cells { get; private set; } = new int[64];

    public DirectionSummary Summary { get; private set; }

    public HopKey Key(int hop) => keys[hop];

    /// <summary>False where the long way must be gone.</summary>
    /// <param name="items">Where the observations are; their times are on the reference clock.</param>
    /// <param name="indices">Those of the direction, each file's in its order.</param>
    public bool TryAlign(Observation[] items, ReadOnlySpan<int> indices)
    {
        if (!TryArrange(items, indices) || !ArePackets(items) || !AreCopies(items) || !IsInTime(items) || !IsDistinct(items))
            return false;
        SortFirst(items);
        return true;
    }

    private bool TryArrange(Observation[] items, ReadOnlySpan<int> indices)
    {
        keys.Clear();
        Array.Clear(counts);
        if (hopOf.Length < indices.Length)
            (hopOf, Cells) = (new byte[indices.Length * 2], new int[indices.Length * 2]);
        var hop = -1;
        for (var i = 0; i < indices.Length; i++)
        {
            var key = PathOrder.Key(items[indices[i]], tables);
            if (hop < 0 || keys[hop] != key)
            {
                hop = keys.IndexOf(key);
                if (hop < 0)
                {
                    if (keys.Count == MaxHops)
                        return false;
                    hop = keys.Count;
                    keys.Add(key);
                }
            }

            hopOf[i] = (byte)hop;
            counts[hop]++;
        }

        Packets = counts[0];
        for (hop = 0; hop < keys.Count; hop++)
        {
            if (counts[hop] != Packets)
                return false;
            counts[hop] = hop * Packets;
        }

        for (var i = 0; i < indices.Length; i++)
            Cells[counts[hopOf[i]]++] = indices[i];
        return true;
    }

    // Whole packets of which enough was captured, whose bytes go on from where the last ones ended.
    private bool ArePackets(Observation[] items)
    {
        var isTcp = tables.Tuples[keys[0].Tuple].Protocol == IpProtocol.Tcp;
        var summary = default(DirectionSummary);
        var (end, hasEnd) = (0u, false);
        foreach (var cell in Cells.AsSpan(0, Packets))
        {
            ref readonly var o = ref items[cell];
            if (o.Kind != ObservationKind.Packet || (!o.HasTcp() && (isTcp || o.PayloadHash == 0)))
                return false;
            summary = summary.With(o.TcpFlags, isIcmpError: false);
            if (!o.HasTcp() || Retransmission.SegmentLength(o) is not (> 0 and var length))
                continue;
            if (hasEnd && (int)(o.TcpSequence - end) < 0)
                return false;
            (end, hasEnd) = (o.TcpSequence + (uint)length, true);
        }

        Summary = summary;
        return true;
    }

    private bool AreCopies(Observation[] items)
    {
        var first = Cells.AsSpan(0, Packets);
        for (var hop = 1; hop < Hops; hop++)
        {
            var other = Cells.AsSpan(hop * Packets, Packets);
            for (var k = 0; k < other.Length; k++)
            {
                if (!items[first[k]].IsSamePacket(items[other[k]]))
                    return false;
            }
        }

        return true;
    }

    // Each packet left before the next one, and none stayed too long.
    private bool IsInTime(Observation[] items)
    {
        var last = long.MinValue;
        for (var k = 0; k < Packets; k++)
        {
            var (least, most) = (long.MaxValue, long.MinValue);
            for (var cell = k; cell < Hops * Packets; cell += Packets)
            {
                var time = items[Cells[cell]].Time;
                least = Math.Min(least, time);
                most = Math.Max(most, time);
            }

            if (least <= last || most - least > TransmissionMatcher.Lifetime)
                return false;
            last = least;
        }

        return true;
    }

    private bool IsDistinct(Observation[] items)
    {
        if (Packets <= few.Length)
        {
            for (var k = 0; k < Packets; k++)
            {
                few[k] = items[Cells[k]].Identity();
                if (few.AsSpan(0, k).Contains(few[k]))
                    return false;
            }

            return true;
        }

        identities.Clear();
        foreach (var cell in Cells.AsSpan(0, Packets))
        {
            if (!identities.Add(items[cell].Identity()))
                return false;
        }

        return true;
    }

    private void SortFirst(Observation[] items)
    {
        FirstSight.Clear();
        for (var hop = 0; hop < Hops; hop++)
        {
            var at = hop;
            while (at > 0 && IsBefore(items[Cells[hop * Packets]], items[Cells[FirstSight[at - 1] * Packets]]))
                at--;
            FirstSight.Insert(at, hop);
        }
    }

    private static bool IsBefore(in Observation a, in Observation b) =>
        a.Time != b.Time ? a.Time < b.Time : a.Point != b.Point ? a.Point < b.Point : a.Frame < b.Frame;
}
