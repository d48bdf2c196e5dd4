using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>
/// Whether a capture would have shown a packet: it ran at that moment, lost no frames by its own account or by what others show, and shows traffic of the
/// same kind, so that no filter hides it. Without that, absence proves nothing.
/// </summary>
internal sealed class Coverage(Evidence evidence)
{
    /// <summary>A capture may begin or end this much off its first or last frame: quiet lines have no frames, nanoseconds.</summary>
    private const long Quiet = 1_000_000_000;

    /// <summary>Protocol numbers, plain and wrapped.</summary>
    private const int Kinds = 512;

    private readonly Lazy<Dictionary<string, (long First, long Last)>> spans = new(() => NodeSpans(evidence));
    private readonly Lazy<bool[]> kinds = new(() => KindsSeen(evidence));

    /// <summary>First and last frame on the reference clock, nanoseconds.</summary>
    public (long First, long Last) Span(CapturePoint point) => Span(evidence, point);

    /// <summary>True between the capture's first and last frame: it was running then.</summary>
    public bool Ran(CapturePoint point, long time) => point.Frames > 0 && Span(point) is var (first, last) && time >= first && time <= last;

    /// <summary>True in the quiet just before and after, and while other captures of its node ran: it was running, if they were started together.</summary>
    public bool MayHaveRun(CapturePoint point, long time)
    {
        if (point.Frames > 0 && Span(point) is var (first, last) && time >= first - Quiet && time <= last + Quiet)
            return true;
        return spans.Value.TryGetValue(point.Clock, out var node) && time >= node.First && time <= node.Last;
    }

    /// <summary>Frames of the same protocol, wrapped or plain alike, are in the capture: no filter keeps that kind out.</summary>
    public bool ShowsKind(CapturePoint point, bool tunnelled, IpProtocol protocol)
    {
        var seen = kinds.Value.AsSpan(point.Index * Kinds, Kinds);
        return tunnelled ? seen[256..].Contains(true) : seen[(byte)protocol];
    }

    /// <summary>How sure it is that the capture would have shown one of these packets; null where it would not, or nobody can tell.</summary>
    public string? WouldShow(CapturePoint point, IReadOnlyList<Transmission> packets, bool tunnelled, IpProtocol protocol)
    {
        var gap = evidence.Gaps.At(point);
        if (point.Dropped > 0 || (tunnelled && CutsTunnels(point)) || !packets.Any(t => MayHaveRun(point, t.Time) && gap?.Covers(t.Time) != true))
            return null;
        return packets.Any(t => Ran(point, t.Time) && gap?.Covers(t.Time) != true) && ShowsKind(point, tunnelled, protocol) ? "proven" : "likely";
    }

    /// <summary>The capture has tunnels' packets and not one of the packets inside: the snap length cut before them.</summary>
    public static bool CutsTunnels(CapturePoint point) => point.Tunnels.Any() && point.Tunnels.All(static t => t.WithoutIp == t.Packets);

    /// <summary>The proof in words: what the capture holds and that it ran.</summary>
    public string Words(CapturePoint point, IReadOnlyList<Transmission> packets)
    {
        var inside = packets.Count(t => Ran(point, t.Time));
        var cut = point.SnapLength is > 0 and < 256 ? $", snap length {point.SnapLength}" : "";
        return $"{point.File} {(inside > 0 ? "was running then" : "is quiet around that time")} ({point.Frames} frames, {(point.Dropped == 0 ? "none dropped" : "no drops reported")}{cut}) and shows {(packets.Count == 1 ? "it not" : $"none of the {packets.Count} packets")}";
    }

    private static (long First, long Last) Span(Evidence evidence, CapturePoint point) =>
        (evidence.Clocks.Correct(point.Clock, point.FirstTime.Nanoseconds), evidence.Clocks.Correct(point.Clock, point.LastTime.Nanoseconds));

    private static Dictionary<string, (long First, long Last)> NodeSpans(Evidence evidence)
    {
        var found = new Dictionary<string, (long First, long Last)>(StringComparer.Ordinal);
        foreach (var point in evidence.CapturePoints.Where(p => p.Frames > 0))
        {
            var (first, last) = Span(evidence, point);
            found[point.Clock] = found.TryGetValue(point.Clock, out var known) ? (Math.Min(known.First, first), Math.Max(known.Last, last)) : (first, last);
        }

        return found;
    }

    private static bool[] KindsSeen(Evidence evidence)
    {
        var seen = new bool[evidence.CapturePoints.Count * Kinds];
        foreach (var hop in evidence.Flows.SelectMany(f => f.Forward.Hops.Concat(f.Reply.Hops)))
            seen[(hop.Point.Index * Kinds) + (hop.IsTunnelled ? 256 : 0) + (byte)hop.Tuple.Protocol] = true;
        return seen;
    }
}
