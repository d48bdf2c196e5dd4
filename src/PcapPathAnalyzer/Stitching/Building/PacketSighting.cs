using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>One packet seen at one capture point, as a report tells it.</summary>
/// <param name="PacketId">The same for all sightings of one transmission; from 1.</param>
/// <param name="Flow">The connection it belongs to.</param>
/// <param name="IsReply">True from server to client.</param>
/// <param name="Hop">From 1 along the packet's way.</param>
/// <param name="Point">Where it was seen.</param>
/// <param name="Frame">From 1 in its file.</param>
/// <param name="Time">As the capture says.</param>
/// <param name="Tuple">Innermost addresses and ports, in the direction of travel.</param>
/// <param name="Ttl">TTL or hop limit; 0 where the snap length left nothing of the packet inside a tunnel.</param>
/// <param name="Vni">Of the tunnel around it; null where there is none.</param>
/// <param name="Length">IP packet in bytes, from its header.</param>
/// <param name="IsRetransmission">True where TCP sent the same bytes before.</param>
public readonly record struct PacketSighting(
    long PacketId,
    Flow Flow,
    bool IsReply,
    int Hop,
    CapturePoint Point,
    long Frame,
    Timestamp Time,
    FiveTuple Tuple,
    byte Ttl,
    long? Vni,
    int Length,
    bool IsRetransmission)
{
    internal static void Send(Flow flow, ObservationTables tables, ClockTable clocks, PacketSink sink)
    {
        foreach (var direction in (ReadOnlySpan<FlowDirection>)[flow.Forward, flow.Reply])
        {
            foreach (var t in direction.Transmissions)
            {
                for (var k = 0; k < t.Observations.Count; k++)
                {
                    var o = t.Observations[k];
                    var vni = o.Tunnel == 0 ? -1 : tables.Tunnels[o.Tunnel].Vni;
                    sink(new PacketSighting(t.Number, flow, t.IsReply, t.Hops[k], tables.Points[o.Point], o.Frame, new Timestamp(clocks.AsCaptured(o)), tables.Tuples[o.Tuple], o.Kind == ObservationKind.CutInside ? (byte)0 : o.Ttl, vni < 0 ? null : vni, o.Length, t.IsRetransmission));
                }
            }
        }
    }
}

/// <summary>Takes packets as flows are settled: flow by flow, in each the forward direction first, by transmission and hop.</summary>
public delegate void PacketSink(in PacketSighting sighting);
