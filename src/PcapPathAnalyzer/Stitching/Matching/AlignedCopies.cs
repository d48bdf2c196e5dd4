using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// The common case of <see cref="TransmissionMatcher"/> at a fraction of its work: every hop saw the same packets in the same
/// order, each once, nothing was sent again. Then the k-th copies at all hops are one transmission. What does not fit exactly
/// is refused and goes the long way; the result is the same.
/// </summary>
internal sealed class AlignedCopies(ObservationTables tables, ClockTable clocks)
{
    private const int MaxHops = 64;
    private readonly List<AlignedHop> hops = [];
    private readonly HashSet<ulong> identities = [];
    private long[] times = new long[64];
    private long[] earliest = new long[64];
    private long[] latest = new long[64];

    /// <summary>In order of first sight in the files; each has <see cref="Packets"/> packets.</summary>
    public IReadOnlyList<AlignedHop> Hops => hops;

    public int Packets { get; private set; }

    /// <summary>Places in <see cref="Hops"/>, in order of the first packet's copies.</summary>
    public List<int> FirstSight { get; } = [];

    public DirectionSummary Summary { get; private set; }

    /// <summary>On the reference clock, nanoseconds.</summary>
    public long FirstTime => earliest[0];

    public long LastTime { get; private set; }

    /// <summary>When a hop saw its packets, on the reference clock; nanoseconds.</summary>
    public ReadOnlySpan<long> Times(int hop) => times.AsSpan(hop * Packets, Packets);

    /// <summary>False where the long way must be gone.</summary>
    /// <param name="packets">Those of the direction, at least one.</param>
    /// <param name="memory">Where packets are put that must be brought together.</param>
    public bool TryAlign(DirectionPackets packets, TransmissionMemory memory)
    {
        if (packets.Singles.Count > 0 || !TryArrange(packets, memory) || !ArePackets() || !AreCopies() || !IsDistinct() || !IsInTime())
            return false;
        SortFirst();
        return true;
    }

    // A hop's trails must follow one another, file by file: that is what rotation does.
    private bool TryArrange(DirectionPackets packets, TransmissionMemory memory)
    {
        hops.Clear();
        foreach (var part in packets.Trails)
        {
            var key = PathOrder.Key(part.Trail, tables);
            var at = PlaceOf(key);
            if (at >= 0)
            {
                if (hops[at].LastFile == part.File)
                    return false;
                hops[at] = hops[at].With(part);
                continue;
            }

            if (hops.Count == MaxHops)
                return false;
            hops.Add(new AlignedHop(key, part, part.Records, null));
        }

        Packets = hops[0].Count;
        if (!hops.TrueForAll(h => h.Count == Packets))
            return false;
        for (var hop = 0; hop < hops.Count; hop++)
            hops[hop] = hops[hop].Joined(memory);
        return true;
    }

    private int PlaceOf(HopKey key)
    {
        for (var at = 0; at < hops.Count; at++)
        {
            if (hops[at].Key == key)
                return at;
        }

        return -1;
    }

    // Whole packets of which enough was captured, whose bytes go on from where the last ones ended.
    private bool ArePackets()
    {
        var isTcp = tables.Tuples[hops[0].Key.Tuple].Protocol == IpProtocol.Tcp;
        var summary = default(DirectionSummary);
        var (end, hasEnd) = (0u, false);
        foreach (ref readonly var record in hops[0].Records.Span)
        {
            if (!record.HasTcp && (isTcp || !record.IsTelling))
                return false;
            summary = summary.With(record.TcpFlags, isIcmpError: false);
            if (!record.HasTcp || record.SegmentLength is not (> 0 and var length))
                continue;
            if (hasEnd && (int)(record.TcpSequence - end) < 0)
                return false;
            (end, hasEnd) = (record.TcpSequence + (uint)length, true);
        }

        Summary = summary;
        return true;
    }

    private bool AreCopies()
    {
        var first = hops[0].Records.Span;
        for (var hop = 1; hop < hops.Count; hop++)
        {
            var other = hops[hop].Records.Span;
            for (var k = 0; k < other.Length; k++)
            {
                if (!first[k].IsEqual(other[k]) && !first[k].On(hops[0].Trail).IsSamePacket(other[k].On(hops[hop].Trail)))
                    return false;
            }
        }

        return true;
    }

    // Each packet left before the next one, and none stayed too long.
    private bool IsInTime()
    {
        if (times.Length < hops.Count * Packets)
            times = new long[Math.Max(hops.Count * Packets, times.Length * 2)];
        if (earliest.Length < Packets)
            (earliest, latest) = (new long[Math.Max(Packets, earliest.Length * 2)], new long[Math.Max(Packets, earliest.Length * 2)]);
        for (var hop = 0; hop < hops.Count; hop++)
        {
            var own = times.AsSpan(hop * Packets, Packets);
            clocks.Correct(hops[hop].Trail.Point, hops[hop].Records.Span, own);
            if (hop == 0)
            {
                own.CopyTo(earliest);
                own.CopyTo(latest);
                continue;
            }

            for (var k = 0; k < own.Length; k++)
            {
                earliest[k] = Math.Min(earliest[k], own[k]);
                latest[k] = Math.Max(latest[k], own[k]);
            }
        }

        LastTime = latest[0];
        // Datagrams that are all there is of their kind may be one here and another one there.
        var longest = tables.Tuples[hops[0].Key.Tuple].Protocol == IpProtocol.Tcp || hops[0].Records.Span[0].On(hops[0].Trail).HasIdentification() ? TransmissionMatcher.Lifetime : UsualDelay.Queued;
        for (var k = 0; k < Packets; k++)
        {
            if ((k > 0 && earliest[k] <= earliest[k - 1]) || latest[k] - earliest[k] > longest)
                return false;
            LastTime = Math.Max(LastTime, latest[k]);
        }

        return true;
    }

    private bool IsDistinct()
    {
        var records = hops[0].Records.Span;
        if (GoesOn(records))
            return true;
        identities.Clear();
        foreach (ref readonly var record in records)
        {
            if (!identities.Add(record.On(hops[0].Trail).Identity()))
                return false;
        }

        return true;
    }

    // Sequence and acknowledgment numbers never fall back, and one of them grows with each packet: no two have the same. A SYN,
    // which has no acknowledgment, differs from all others by that.
    private static bool GoesOn(ReadOnlySpan<PacketRecord> records)
    {
        var (sent, heard) = (0L, 0L);
        for (var k = 0; k < records.Length; k++)
        {
            ref readonly var next = ref records[k];
            if (!next.HasTcp || (k > 0 && (next.TcpFlags & TcpFlags.Ack) == 0))
                return false;
            ref readonly var last = ref records[Math.Max(0, k - 1)];
            if (k == 0 || (last.TcpFlags & TcpFlags.Ack) == 0)
                continue;
            var (grown, confirmed) = ((int)(next.TcpSequence - last.TcpSequence), (int)(next.TcpAcknowledgment - last.TcpAcknowledgment));
            if (grown < 0 || confirmed < 0 || (grown | confirmed) == 0)
                return false;
            (sent, heard) = (sent + grown, heard + confirmed);
        }

        // Numbers that have gone round may come again.
        return sent <= int.MaxValue && heard <= int.MaxValue;
    }

    private void SortFirst()
    {
        FirstSight.Clear();
        for (var hop = 0; hop < hops.Count; hop++)
        {
            var at = hop;
            while (at > 0 && IsBefore(hop, FirstSight[at - 1]))
                at--;
            FirstSight.Insert(at, hop);
        }
    }

    private bool IsBefore(int a, int b)
    {
        var (x, y) = (times[a * Packets], times[b * Packets]);
        var (p, q) = (hops[a].Trail.Point, hops[b].Trail.Point);
        return x != y ? x < y : p != q ? p < q : hops[a].Records.Span[0].Frame < hops[b].Records.Span[0].Frame;
    }
}
