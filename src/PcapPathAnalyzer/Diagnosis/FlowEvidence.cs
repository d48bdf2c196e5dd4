using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Questions that findings ask of a flow's packets.</summary>
internal static class FlowEvidence
{
    public static bool Failed(this Flow flow) => flow.Outcome is not (FlowOutcome.Completed or FlowOutcome.Open);

    /// <summary>The hop farthest along the way that any of these packets reached; null where there are none.</summary>
    public static Hop? Farthest(this FlowDirection direction, Func<Transmission, bool> which)
    {
        var last = 0;
        foreach (var t in direction.Transmissions)
        {
            if (!t.IsIcmpError && which(t))
                last = Math.Max(last, t.LastHop);
        }

        return last == 0 ? null : direction.Hops[last - 1];
    }

    /// <summary>Frames of a transmission, along its way.</summary>
    public static IEnumerable<FrameLocation> Frames(this Evidence evidence, Transmission transmission)
    {
        foreach (var o in transmission.Observations)
            yield return new FrameLocation(evidence.Store.Points[o.Point].File, o.Frame);
    }

    /// <summary>The frame of a transmission at the last place it was seen.</summary>
    public static FrameLocation LastFrame(this Evidence evidence, Transmission transmission) => evidence.Frames(transmission).Last();

    /// <summary>The first frame of a flow at a hop.</summary>
    public static FrameLocation Frame(Hop hop) => new(hop.File, hop.FirstFrame);

    /// <summary>A few frames that show where packets were last seen, of several flows if there are several.</summary>
    public static IReadOnlyList<FrameLocation> LastFrames(this Evidence evidence, IReadOnlyCollection<LostPacket> lost) =>
        [.. lost.Take(4).SelectMany(l => l.Packets.Where(t => t.LastHop == l.Last.Number).Take(lost.Count > 1 ? 1 : 2)).Select(evidence.LastFrame)];

    /// <summary><c>10.0.0.1:80</c>, or the address alone where the protocol has no ports.</summary>
    public static string Endpoint(IpProtocol protocol, IpAddress address, int port) => protocol.HasPorts() ? FiveTuple.Endpoint(address, port) : address.ToString();

    public static string Asked(this Flow flow) => Endpoint(flow.Protocol, flow.Requested.Destination, flow.Requested.DestinationPort);

    /// <summary>Packets for many: copies go many ways, and none of them has to pass where another did.</summary>
    public static bool IsGroup(IpAddress address) => address.IsMulticast || address.IsLimitedBroadcast;

    public static bool Is(this Transmission t, TcpFlags mask, TcpFlags value) => (t.TcpFlags & mask) == value;

    /// <summary>"1 flow", "38 flows".</summary>
    public static string Count(this IReadOnlyCollection<Flow> flows) => flows.Count == 1 ? "1 flow" : $"{flows.Count} flows";
}
