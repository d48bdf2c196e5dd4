using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>What a capture lacks although it passed there.</summary>
/// <param name="Missing">Packets that were seen before and after the point and not at it.</param>
/// <param name="Present">Packets of the same flows that were seen at it.</param>
/// <param name="First">When the first of them passed, on the reference clock, nanoseconds.</param>
/// <param name="Last">When the last of them passed.</param>
/// <param name="Around">Frames of the missing packets elsewhere.</param>
internal sealed record CaptureGapSeen(int Missing, int Present, long First, long Last, IReadOnlyList<FrameLocation> Around)
{
    /// <summary>A gap may begin and end this much before and after the packets that fell into it, nanoseconds.</summary>
    private const long Margin = 1_000_000_000;

    public bool Covers(long time) => time >= First - Margin && time <= Last + Margin;
}

/// <summary>Finds packets that skip a capture point which others of their flow and direction do not skip.</summary>
internal sealed class CaptureGaps
{
    private readonly Dictionary<CapturePoint, CaptureGapSeen> gaps = [];

    public CaptureGaps(ObservationTables tables, IReadOnlyList<Flow> flows, ClockTable clocks)
    {
        var missing = new Dictionary<CapturePoint, List<Transmission>>();
        var present = new Dictionary<CapturePoint, int>();
        foreach (var flow in flows)
        {
            if (FlowEvidence.IsGroup(flow.Requested.Destination))
                continue;
            foreach (var direction in (ReadOnlySpan<FlowDirection>)[flow.Forward, flow.Reply])
            {
                if (flow.IcmpErrors.Count == 0 && IsSeenEverywhere(direction))
                    CountAll(direction, present);
                else
                    Count(direction, clocks, missing, present);
            }
        }

        foreach (var (point, packets) in missing)
        {
            gaps.Add(point, new CaptureGapSeen(packets.Count, present.GetValueOrDefault(point), packets.Min(t => t.Time), packets.Max(t => t.Time),
                [.. packets.Take(3).Select(t => new FrameLocation(tables.Points[t.Observations[0].Point].File, t.Observations[0].Frame))]));
        }
    }

    public CaptureGapSeen? At(CapturePoint point) => gaps.GetValueOrDefault(point);

    // Nearly all healthy traffic: no packet lacks anywhere, which the hops' counts tell without a look at the packets.
    private static bool IsSeenEverywhere(FlowDirection direction)
    {
        foreach (ref readonly var hop in direction.Hops.Records)
        {
            if (hop.Packets != direction.Packets)
                return false;
        }

        return direction.Hops.Count > 1;
    }

    private static void CountAll(FlowDirection direction, Dictionary<CapturePoint, int> present)
    {
        if (!direction.PacketsKept)
            return;
        foreach (var hop in direction.Hops)
            present[hop.Point] = present.GetValueOrDefault(hop.Point) + direction.Packets;
    }

    // A hop belongs to the one way that packets take if every packet that gets beyond it was in the node before: where two ways exist
    // (bonds, ECMP, offload past a bridge), packets that take the other are no gap.
    private static void Count(FlowDirection direction, ClockTable clocks, Dictionary<CapturePoint, List<Transmission>> missing, Dictionary<CapturePoint, int> present)
    {
        foreach (var hop in direction.Hops)
        {
            List<Transmission>? lacking = null;
            // Captures are started one after the other.
            var (begin, end) = (clocks.Correct(hop.Point.Index, hop.Point.FirstTime.Nanoseconds), clocks.Correct(hop.Point.Index, hop.Point.LastTime.Nanoseconds));
            var seen = 0;
            foreach (var t in direction.Transmissions)
            {
                if (t.IsIcmpError || t.Hops.Count < 2)
                    continue;
                if (IsAt(direction, t, hop))
                    seen++;
                else if (t.Hops[0] < hop.Number && t.Hops[^1] > hop.Number && t.Time > begin && t.Time < end)
                    (lacking ??= []).Add(t);
            }

            if (seen == 0)
                continue;
            present[hop.Point] = present.GetValueOrDefault(hop.Point) + seen;
            if (lacking is null || IsSwitchedAcross(direction, hop) || !IsOnTheOnlyWay(direction, hop, lacking))
                continue;
            if (!missing.TryGetValue(hop.Point, out var list))
                missing.Add(hop.Point, list = []);
            list.AddRange(lacking);
        }
    }

    // Under another tuple, or in another file of a rotated capture, it is the same place.
    private static bool IsAt(FlowDirection direction, Transmission t, Hop hop)
    {
        foreach (var number in t.Hops)
        {
            var point = direction.Hops[number - 1].Point;
            if (point == hop.Point || (point.Interface == hop.Point.Interface && point.Namespace == hop.Point.Namespace))
                return true;
        }

        return false;
    }

    // A bridge shows what is switched across it only while it floods: before it knows the port.
    private static bool IsSwitchedAcross(FlowDirection direction, Hop hop)
    {
        return hop.Point.Device is { IsBridge: true } bridge && hop.Number > 1 && hop.Number < direction.Hops.Count
            && IsPort(direction.Hops[hop.Number - 2].Point.Device, bridge) && IsPort(direction.Hops[hop.Number].Point.Device, bridge);
    }

    private static bool IsPort(NetworkInterface? device, NetworkInterface bridge) => device is not null && (device.Master == bridge || device.Peer?.Master == bridge);

    // Those that lack it and those that do not are seen at the very same other points.
    private static bool IsOnTheOnlyWay(FlowDirection direction, Hop hop, List<Transmission> lacking)
    {
        var whole = direction.Transmissions.Where(t => !t.IsIcmpError && t.Hops.Contains((ushort)hop.Number)).MaxBy(t => t.Hops.Count)!;
        return lacking.TrueForAll(t => t.Hops.All(h => whole.Hops.Contains(h)));
    }
}
