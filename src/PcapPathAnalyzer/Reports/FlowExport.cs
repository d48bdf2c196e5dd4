using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Reports;

/// <summary>True for a frame that is wanted.</summary>
public delegate bool FrameFilter(LinkType linkType, ReadOnlySpan<byte> data);

/// <summary>All observations of some flows in one pcapng file: an interface per capture point, a comment per packet, in order of corrected time.</summary>
public sealed class FlowExport(AnalysisResult result)
{
    /// <summary>Times as the captures say, without the clocks' correction.</summary>
    public bool OriginalClocks { get; init; }

    public FrameFilter? Filter { get; init; }

    /// <summary>Writes the file and returns how many frames are in it. The stream is disposed of.</summary>
    public int Write(IReadOnlyCollection<Flow> flows, Stream stream)
    {
        var (wanted, points) = Wanted(flows);
        var frames = new List<Frame>();
        foreach (var capture in result.Bundle.Captures)
        {
            if (wanted.TryGetValue(capture.File, out var here))
                Read(capture, here, frames);
        }

        frames.Sort(static (a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Order.CompareTo(b.Order));
        using var writer = new PcapngWriter(stream, $"pcappath {ProductVersion.Text}");
        var numbers = points.ToDictionary(p => p, p => writer.AddInterface(Describe(p)));
        foreach (var f in frames)
            writer.Write(numbers[f.Point], new Timestamp(f.Time), f.Data, f.OriginalLength, f.Comment);
        return frames.Count;
    }

    private CaptureInterface Describe(CapturePoint p)
    {
        var offset = result.Clocks.Estimates.FirstOrDefault(c => c.Name == p.Clock)?.Offset ?? 0;
        var clock = OriginalClocks ? "times as captured" : offset == 0 ? "times as captured, this clock is the reference" : $"times corrected by {Durations.Text(-offset, signed: true)}";
        return new CaptureInterface { LinkType = p.LinkType, SnapLength = p.SnapLength, Name = Printable.Text(p.ToString()), Description = Printable.Text($"{p.File} ({p.Reason}); {clock}") };
    }

    // Frames by file, and the capture points in the order the packets pass them.
    private (Dictionary<string, Dictionary<long, Wish>> Frames, List<CapturePoint> Points) Wanted(IReadOnlyCollection<Flow> flows)
    {
        var frames = new Dictionary<string, Dictionary<long, Wish>>(StringComparer.Ordinal);
        var points = new List<CapturePoint>();
        var known = new HashSet<CapturePoint>();
        foreach (var (flow, direction) in flows.SelectMany(f => new[] { (f, f.Forward), (f, f.Reply) }))
        {
            points.AddRange(direction.Hops.Select(h => h.Point).Where(known.Add));
            foreach (var t in direction.Transmissions)
                Add(flow, direction, t, frames);
        }

        return (frames, points);
    }

    private void Add(Flow flow, FlowDirection direction, Transmission t, Dictionary<string, Dictionary<long, Wish>> frames)
    {
        for (var k = 0; k < t.Observations.Count; k++)
        {
            var o = t.Observations[k];
            var hop = direction.Hops[t.Hops[k] - 1];
            long? delta = k == 0 ? null : o.Time - t.Observations[k - 1].Time;
            var before = hop.Number > 1 ? direction.Hops[hop.Number - 2].Tuple : direction == flow.Forward ? flow.Requested : hop.Tuple;
            var file = result.Tables.Points[o.Point].File;
            if (!frames.TryGetValue(file, out var here))
                frames.Add(file, here = []);
            here.TryAdd(o.Frame, new Wish(hop.Point, OriginalClocks ? result.Clocks.AsCaptured(o) : o.Time, ((long)t.Number << 16) + k, Comment(flow, direction, t, hop, before, delta)));
        }
    }

    private static string Comment(Flow flow, FlowDirection direction, Transmission t, Hop hop, FiveTuple before, long? delta)
    {
        var words = new List<string> { $"{flow.Id} packet {t.Number} {PacketLabel.Of(flow, t)}, {(t.IsReply ? "reply" : "forward")} hop {hop.Number} of {direction.Hops.Count} at {hop.Point}" };
        if (hop.Actions.Count > 0)
            words.Add(hop.ActionText());
        if (before != hop.Tuple)
            words.Add($"{before.Ends()} becomes {hop.Tuple.Ends()}");
        words.AddRange(hop.Actions.Where(a => a.Citation is not null).Select(a => $"{a.Name} by {a.Citation!.Location}"));
        if (delta is { } d)
            words.Add($"{Durations.Text(d, signed: true)} after the hop before");
        return Printable.Text(string.Join("; ", words));
    }

    private void Read(Bundles.BundleCapture capture, Dictionary<long, Wish> here, List<Frame> frames)
    {
        using var reader = CaptureReader.Open(capture.Open(), capture.File);
        var left = here.Count;
        while (left > 0 && reader.TryRead(out var frame))
        {
            if (!here.TryGetValue(frame.Number, out var wish))
                continue;
            left--;
            if (Filter is null || Filter(wish.Point.LinkType, frame.Data))
                frames.Add(new Frame(wish.Point, wish.Time, wish.Order, frame.Data.ToArray(), frame.OriginalLength, wish.Comment));
        }
    }

    private sealed record Wish(CapturePoint Point, long Time, long Order, string Comment);

    private sealed record Frame(CapturePoint Point, long Time, long Order, byte[] Data, int OriginalLength, string Comment);
}
