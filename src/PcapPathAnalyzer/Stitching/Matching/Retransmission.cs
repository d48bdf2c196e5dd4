using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>Tells TCP segments that repeat bytes from those that bring new ones (RFC 9293 section 3.8.1).</summary>
internal static class Retransmission
{
    /// <summary>Bytes of sequence space: payload, and one each for SYN and FIN.</summary>
    public static int SegmentLength(in Observation o) => SegmentLength(o.PayloadLength, o.TcpFlags);

    /// <param name="payload">Its length in bytes; negative where it is not known.</param>
    /// <param name="flags">Of the segment.</param>
    public static int SegmentLength(int payload, TcpFlags flags) =>
        Math.Max(0, payload) + ((flags & TcpFlags.Syn) != 0 ? 1 : 0) + ((flags & TcpFlags.Fin) != 0 ? 1 : 0);

    /// <summary>
    /// Marks those, of one direction in order of time, whose bytes were all sent before, and counts them. A keep-alive
    /// repeats the byte before the next one and is not meant; nothing pushes it (RFC 9293 section 3.8.4), as an application's single byte is.
    /// What may be one is counted by itself: only the other direction's acknowledgments tell it from a last byte that was lost (<see cref="Settle"/>).
    /// </summary>
    public static (int Count, int KeepAlives) Mark(List<Transmission> transmissions)
    {
        var (count, keepAlives) = (0, 0);
        var sent = new SentRanges();
        foreach (var t in transmissions)
        {
            if (t.SegmentLength == 0 || t.IsIcmpError || (t.TcpFlags & TcpFlags.Rst) != 0)
                continue;
            var end = t.Sequence + (uint)t.SegmentLength;
            var keepAlive = t.SegmentLength == 1 && (t.TcpFlags & (TcpFlags.Syn | TcpFlags.Fin | TcpFlags.Psh)) == 0 && sent.IsHighest(end);
            if (sent.Add(t.Sequence, end))
                continue;
            (t.IsRetransmission, t.MayBeKeepAlive) = (!keepAlive, keepAlive);
            _ = keepAlive ? keepAlives++ : count++;
        }

        return (count, keepAlives);
    }

    /// <summary>A byte that nobody had acknowledged yet is sent again because it may be lost; a keep-alive repeats one that was.</summary>
    /// <param name="side">Whose bytes they are.</param>
    /// <param name="other">Who acknowledges them.</param>
    public static void Settle(FlowDirection side, FlowDirection other)
    {
        if (side.KeepAlives == 0 || !other.Summary.HasAck)
            return;
        var acknowledgments = new Queue<Transmission>(other.Transmissions.Where(static a => (a.TcpFlags & TcpFlags.Ack) != 0).OrderBy(static a => a.Time));
        uint? highest = null;
        foreach (var t in side.Transmissions.Where(static t => t.MayBeKeepAlive).OrderBy(static t => t.Time))
        {
            while (acknowledgments.TryPeek(out var a) && a.Time <= t.Time)
            {
                if (highest is null || (int)(a.Acknowledgment - highest) > 0)
                    highest = a.Acknowledgment;
                acknowledgments.Dequeue();
            }

            if (highest is not null && (int)(highest.Value - (t.Sequence + (uint)t.SegmentLength)) >= 0)
                continue;
            t.IsRetransmission = true;
            side.Retransmissions++;
        }
    }

    /// <summary>Ranges of the stream that were sent, apart and in order; nearly always one.</summary>
    private sealed class SentRanges
    {
        private readonly List<(long Start, long End)> ranges = new(1);
        private uint origin;

        public bool IsHighest(uint end) => ranges.Count > 0 && ranges[^1].End == Unwrap(end);

        /// <summary>False where all bytes of the range were there already.</summary>
        public bool Add(uint start, uint end)
        {
            if (ranges.Count == 0)
                origin = start;
            var (from, to) = (Unwrap(start), Unwrap(end));
            // From the end: new bytes come last. Ranges that touch become one.
            var at = ranges.Count;
            while (at > 0 && ranges[at - 1].Start > from)
                at--;
            if (at > 0 && ranges[at - 1].End >= to)
                return false;
            if (at > 0 && ranges[at - 1].End >= from)
                ranges[--at] = (ranges[at].Start, to);
            else
                ranges.Insert(at, (from, to));
            while (at + 1 < ranges.Count && ranges[at + 1].Start <= ranges[at].End)
            {
                ranges[at] = (ranges[at].Start, Math.Max(ranges[at].End, ranges[at + 1].End));
                ranges.RemoveAt(at + 1);
            }

            return true;
        }

        // Distance from the first byte seen, or from the last known end where the stream has gone round 2^32.
        private long Unwrap(uint sequence)
        {
            var reference = ranges.Count == 0 ? 0 : ranges[^1].End;
            return reference + (int)(sequence - (uint)(reference + origin));
        }
    }
}
