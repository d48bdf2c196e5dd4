using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Turns the frames of a capture file into observations.</summary>
internal sealed class ObservationReader(ObservationStore store, CapturePointResolver resolver, FrameDecoder decoder)
{
    /// <summary>Bytes of payload that count for identity: enough for a DNS transaction and its first label, few enough to survive short snap lengths.</summary>
    private const int HashedBytes = 16;

    private readonly DecodedFrame frame = new();

    /// <summary>Frames per decode fault over all files.</summary>
    public long[] Faults { get; } = new long[Enum.GetValues<DecodeFault>().Length];

    public long Frames { get; private set; }

    public void Read(BundleCapture capture, List<Problem> problems)
    {
        using var reader = CaptureReader.Open(capture.Open(), capture.File);
        var points = resolver.ForFile(capture);
        while (reader.TryRead(out var captured))
        {
            var description = reader.Interfaces[captured.Interface];
            decoder.Decode(description.LinkType, captured.Data, captured.OriginalLength, frame);
            Frames++;
            Faults[(int)frame.Fault]++;
            var point = points.Find(captured.Interface, description, frame);
            Count(point, captured);
            if (frame.Count > 0)
                Add(point, captured);
        }

        points.Finish(reader.Interfaces);
        problems.AddRange(reader.Problems);
    }

    private static void Count(CapturePoint point, in CapturedFrame captured)
    {
        if (point.Frames++ == 0 || captured.Time < point.FirstTime)
            point.FirstTime = captured.Time;
        if (captured.Time > point.LastTime)
            point.LastTime = captured.Time;
        point.Bytes += captured.OriginalLength;
    }

    private void Add(CapturePoint point, in CapturedFrame captured)
    {
        ref readonly var packet = ref frame.Innermost;
        point.Packets++;
        ref var o = ref store.Add();
        o.Time = captured.Time.Nanoseconds;
        o.Frame = (uint)captured.Number;
        o.Point = (ushort)point.Index;
        o.Tuple = store.Tuples.Add(packet.Tuple);
        o.Tunnel = Tunnel(packet);
        o.Macs = packet.SourceMac.IsNone && packet.DestinationMac.IsNone ? 0 : store.Macs.Add(new MacPair(packet.SourceMac, packet.DestinationMac));
        o.Ttl = packet.Ttl;
        o.Flags = packet.Flags;
        o.Identification = packet.Identification;
        o.FragmentOffset = packet.FragmentOffset;
        o.PayloadLength = packet.PayloadLength;
        o.Length = packet.TotalLength;
        o.TcpFlags = packet.TcpFlags;
        o.TcpSequence = packet.TcpSequence;
        o.TcpAcknowledgment = packet.TcpAcknowledgment;
        o.TcpTimestamp = packet.TcpTimestampValue;
        o.Window = packet.TcpWindow;
        o.Heading = frame.CookedPacketType switch { < 0 => PacketHeading.Unknown, 4 => PacketHeading.Outgoing, _ => PacketHeading.Incoming };
        if (packet.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6 && packet.HasTransport)
        {
            o.IcmpTypeCode = (ushort)((packet.IcmpType << 8) | packet.IcmpCode);
            o.TcpSequence = packet.IcmpSequence;
        }

        o.Kind = packet.IsFragment ? ObservationKind.Fragment : ObservationKind.Packet;
        var last = frame.Packets[^1];
        if (last.Encapsulation == Encapsulation.IcmpQuote)
        {
            o.Kind = ObservationKind.IcmpError;
            o.QuotedTuple = store.Tuples.Add(last.Tuple);
        }

        if (packet.Protocol != IpProtocol.Tcp)
            o.PayloadHash = HashPayload(packet, captured.Data);
    }

    private int Tunnel(in PacketFacts inner)
    {
        if (inner.Encapsulation == Encapsulation.None)
            return 0;
        // The header just outside the innermost travelling packet.
        ref readonly var outer = ref frame.Packets[0];
        foreach (ref readonly var p in frame.Packets)
        {
            if (p.HeaderOffset >= inner.HeaderOffset)
                break;
            outer = ref p;
        }

        return store.Tunnels.Add(new TunnelKey(inner.Encapsulation, inner.Vni, outer.Source, outer.Destination));
    }

    // 0 says "not known": fewer bytes were captured than a complete copy would hash.
    private static uint HashPayload(in PacketFacts packet, ReadOnlySpan<byte> data)
    {
        var length = Math.Min(HashedBytes, packet.PayloadLength);
        if (length == 0)
            return 1;
        if (packet.PayloadOffset + length > data.Length)
            return 0;
        var hash = 2166136261u; // FNV-1a
        foreach (var b in data.Slice(packet.PayloadOffset, length))
            hash = (hash ^ b) * 16777619;
        return hash == 0 ? 1 : hash;
    }
}
