using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Reports.Tracing;

/// <summary>The way of one packet, or of a flow's packets in both directions.</summary>
internal sealed record Trace
{
    public required Flow Flow { get; init; }

    /// <summary>The one packet; null for a whole flow.</summary>
    public Transmission? Packet { get; init; }

    public required IReadOnlyList<TraceStep> Steps { get; init; }

    /// <summary>One per direction that was seen.</summary>
    public required IReadOnlyList<TraceEnd> Ends { get; init; }

    /// <summary>The packet that a frame carries; null where the frame belongs to no flow.</summary>
    public static Trace? OfFrame(AnalysisResult result, FrameLocation frame)
    {
        foreach (var flow in result.Flows)
        {
            foreach (var packet in flow.Forward.Transmissions.Concat(flow.Reply.Transmissions))
            {
                if (packet.Observations.Any(o => o.Frame == frame.Frame && result.CapturePoints[o.Point].File == frame.File))
                    return OfPacket(result, flow, packet);
            }
        }

        return null;
    }

    public static Trace OfFlow(AnalysisResult result, Flow flow)
    {
        var steps = Hops(result, flow, flow.Forward, isReply: false).Concat(Hops(result, flow, flow.Reply, isReply: true)).ToList();
        var ends = new[] { (flow.Forward, false), (flow.Reply, true) }.Where(d => d.Item1.Hops.Count > 0)
            .Select(d => TraceEnd.Of(result, flow, d.Item2, d.Item1.Farthest(_ => true) ?? d.Item1.Hops[^1]));
        return new Trace { Flow = flow, Steps = steps, Ends = [.. ends] };
    }

    private static Trace OfPacket(AnalysisResult result, Flow flow, Transmission packet)
    {
        var direction = packet.IsReply ? flow.Reply : flow.Forward;
        var steps = new List<TraceStep>();
        long? before = null;
        for (var k = 0; k < packet.Observations.Count; k++)
        {
            var o = packet.Observations[k];
            var hop = direction.Hops[packet.Hops[k] - 1];
            steps.Add(new TraceStep
            {
                Hop = hop,
                IsReply = packet.IsReply,
                Frame = new FrameLocation(result.Tables.Points[o.Point].File, o.Frame),
                Time = new Timestamp(result.Clocks.AsCaptured(o)),
                Corrected = new Timestamp(o.Time),
                Delta = o.Time - before,
                Uncertainty = steps.Count > 0 ? result.Clocks.UncertaintyBetween(steps[^1].Hop.Point, hop.Point, o.Time, o.Time) : null,
                Before = steps.Count > 0 ? steps[^1].Hop.Tuple : First(flow, hop, packet.IsReply),
            });
            before = o.Time;
        }

        return new Trace { Flow = flow, Packet = packet, Steps = steps, Ends = [TraceEnd.Of(result, flow, packet.IsReply, direction.Hops[packet.LastHop - 1])] };
    }

    private static IEnumerable<TraceStep> Hops(AnalysisResult result, Flow flow, FlowDirection direction, bool isReply)
    {
        var times = FirstTimes(result, direction);
        for (var i = 0; i < direction.Hops.Count; i++)
        {
            var hop = direction.Hops[i];
            var known = times.TryGetValue(hop.Number, out var first);
            yield return new TraceStep
            {
                Hop = hop,
                IsReply = isReply,
                Frame = new FrameLocation(hop.File, hop.FirstFrame),
                Time = known ? first.Time : null,
                Corrected = known ? first.Corrected : null,
                Delta = hop.Latency,
                Uncertainty = result.Clocks.LatencyUncertainty(direction, i),
                Before = i > 0 ? direction.Hops[i - 1].Tuple : First(flow, hop, isReply),
            };
        }
    }

    // What a node sends itself is translated before anything can see it: the first hop may differ from what was asked.
    private static FiveTuple First(Flow flow, Hop hop, bool isReply) => !isReply && hop.Number == 1 ? flow.Requested : hop.Tuple;

    private static Dictionary<int, (Timestamp Time, Timestamp Corrected)> FirstTimes(AnalysisResult result, FlowDirection direction)
    {
        var times = new Dictionary<int, (Timestamp, Timestamp)>();
        foreach (var packet in direction.Transmissions)
        {
            for (var k = 0; k < packet.Observations.Count; k++)
            {
                var o = packet.Observations[k];
                times.TryAdd(packet.Hops[k], (new Timestamp(result.Clocks.AsCaptured(o)), new Timestamp(o.Time)));
            }
        }

        return times;
    }
}
