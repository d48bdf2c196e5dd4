using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Whether a frame was on its way into the namespace at a capture point, or out of it.</summary>
internal static class Movement
{
    /// <summary>By what the file says (Linux cooked), or by the MAC addresses around the packet; unknown where neither tells.</summary>
    public static PacketHeading At(CapturePoint point, in Observation o, MacPair macs)
    {
        if (o.Heading != PacketHeading.Unknown)
            return o.Heading;
        if (point.Device is not { } device || (macs.Source.IsNone && macs.Destination.IsNone))
            return PacketHeading.Unknown;
        if (Is(device, macs.Source))
            return PacketHeading.Outgoing;
        if (Is(device, macs.Destination))
            return PacketHeading.Incoming;
        // The host's end of a veth: what the pod sends comes in.
        if (device.Peer is { Mac.IsNone: false } peer)
            return peer.Mac == macs.Source ? PacketHeading.Incoming : peer.Mac == macs.Destination ? PacketHeading.Outgoing : PacketHeading.Unknown;
        return PacketHeading.Unknown;
    }

    // A port sends with its bridge's address.
    private static bool Is(NetworkInterface device, MacAddress mac) => device.Mac == mac && !mac.IsNone || device.Master is { Mac.IsNone: false } master && master.Mac == mac;
}
