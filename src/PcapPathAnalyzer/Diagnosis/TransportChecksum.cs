using System.Buffers.Binary;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>What a transport checksum of a captured packet says.</summary>
internal enum ChecksumState
{
    /// <summary>The packet was not captured whole, or the protocol has none.</summary>
    Unknown,

    Right,

    /// <summary>UDP over IPv4 without a checksum (RFC 768).</summary>
    Absent,

    /// <summary>Only the pseudo header is summed: a device finishes it on the way out, or nobody has to (Documentation/networking/checksum-offloads.rst). Harmless.</summary>
    Offloaded,

    Wrong,
}

/// <summary>Checks TCP and UDP checksums of a frame's packets (RFC 1071).</summary>
internal static class TransportChecksum
{
    /// <param name="packet">Not a fragment.</param>
    /// <param name="frame">All captured bytes.</param>
    public static ChecksumState Of(in PacketFacts packet, ReadOnlySpan<byte> frame)
    {
        if (Segment(packet, frame) is not (> 0 and var length))
            return ChecksumState.Unknown;
        var segment = frame.Slice(packet.TransportOffset, length);
        var written = Written(packet, segment);
        if (written == 0 && packet.Protocol == IpProtocol.Udp)
            return ChecksumState.Absent;
        var pseudo = PseudoHeader(packet, length);
        if (Fold(pseudo + Sum(segment)) == 0xFFFF)
            return ChecksumState.Right;
        return Fold(pseudo) == written ? ChecksumState.Offloaded : ChecksumState.Wrong;
    }

    /// <summary>
    /// The checksum of a tunnel's packet, whose sender counts on the inner one to be finished by a device ("local checksum offload" in
    /// Documentation/networking/checksum-offloads.rst): where the inner one is only begun, the outer one is right for the finished packet.
    /// </summary>
    public static ChecksumState Of(in PacketFacts outer, in PacketFacts inner, ReadOnlySpan<byte> frame)
    {
        var state = Of(outer, frame);
        if (state != ChecksumState.Wrong || Of(inner, frame) != ChecksumState.Offloaded)
            return state;
        var finished = frame.ToArray();
        var segment = finished.AsSpan(inner.TransportOffset, Segment(inner, frame));
        var sum = (ushort)~Fold(Sum(segment));
        BinaryPrimitives.WriteUInt16BigEndian(segment[Field(inner.Protocol)..], sum);
        return Of(outer, finished);
    }

    // Bytes of the transport segment; 0 where it was not captured whole, or the protocol has no such checksum.
    private static int Segment(in PacketFacts packet, ReadOnlySpan<byte> frame)
    {
        var field = Field(packet.Protocol);
        var length = packet.TotalLength - (packet.TransportOffset - packet.HeaderOffset);
        return field < 0 || packet.IsFragment || length < field + 2 || packet.TransportOffset + length > frame.Length || (packet.Flags & (PacketFlags.LengthFromFrame | PacketFlags.CutBySnapLength)) != 0 ? 0 : length;
    }

    private static int Field(IpProtocol protocol) => protocol == IpProtocol.Tcp ? 16 : protocol == IpProtocol.Udp ? 6 : -1;

    private static int Written(in PacketFacts packet, ReadOnlySpan<byte> segment) => BinaryPrimitives.ReadUInt16BigEndian(segment[Field(packet.Protocol)..]);

    // RFC 9293 section 3.1 and RFC 8200 section 8.1: addresses, protocol, length.
    private static ulong PseudoHeader(in PacketFacts packet, int length) =>
        Words(packet.Source) + Words(packet.Destination) + (byte)packet.Protocol + (uint)length;

    private static ulong Words(IpAddress a) => a.IsIpv4 ? (a.Ipv4Value >> 16) + (a.Ipv4Value & 0xFFFF) : Words(a.High) + Words(a.Low);

    private static ulong Words(ulong half) => (half >> 48) + (half >> 32 & 0xFFFF) + (half >> 16 & 0xFFFF) + (half & 0xFFFF);

    private static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        for (var i = 0; i + 1 < bytes.Length; i += 2)
            sum += (uint)((bytes[i] << 8) | bytes[i + 1]);
        return bytes.Length % 2 == 0 ? sum : sum + ((uint)bytes[^1] << 8);
    }

    private static int Fold(ulong sum)
    {
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (int)sum;
    }
}
