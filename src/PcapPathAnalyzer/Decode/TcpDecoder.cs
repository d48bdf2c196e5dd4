using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>TCP (RFC 9293), as much of it as was captured.</summary>
internal static class TcpDecoder
{
    public static Next Decode(ref Walk walk, ref PacketFacts packet)
    {
        var rest = walk.Rest;
        if (!TcpHeader.TryRead(rest, out var header))
            return Partial(ref walk, ref packet, rest);

        packet.SourcePort = header.SourcePort;
        packet.DestinationPort = header.DestinationPort;
        packet.TcpSequence = header.Sequence;
        packet.TcpAcknowledgment = header.Acknowledgment;
        packet.TcpFlags = (TcpFlags)header.Flags;
        packet.TcpWindow = header.Window;
        packet.Flags |= PacketFlags.HasTransport | PacketFlags.HasTcpHeader | PacketFlags.HasTcpSequence | PacketFlags.HasTcpAcknowledgment
            | PacketFlags.HasTcpFlags;

        var headerLength = header.HeaderLength;
        if (headerLength < TcpHeader.MinimumLength || headerLength > packet.PayloadLength)
        {
            TransportDecoder.TakePayload(ref walk, ref packet, TcpHeader.MinimumLength);
            return walk.Fail(DecodeFault.BadLength);
        }

        if (headerLength > TcpHeader.MinimumLength)
            Options(ref packet, rest[TcpHeader.MinimumLength..Math.Min(headerLength, rest.Length)]);
        TransportDecoder.TakePayload(ref walk, ref packet, headerLength);
        if (headerLength <= rest.Length)
            return Next.Done;
        packet.Flags |= PacketFlags.TcpOptionsCut;
        return walk.Short(headerLength);
    }

    // A snap length of 96 or 128 bytes cuts here in tunnels, an ICMP error may quote no more than eight bytes.
    private static Next Partial(ref Walk walk, ref PacketFacts packet, ReadOnlySpan<byte> rest)
    {
        TransportDecoder.Ports(ref packet, rest);
        if (rest.Length >= 8)
        {
            packet.TcpSequence = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            packet.Flags |= PacketFlags.HasTcpSequence;
        }

        if (rest.Length >= 12)
        {
            packet.TcpAcknowledgment = BinaryPrimitives.ReadUInt32BigEndian(rest[8..]);
            packet.Flags |= PacketFlags.HasTcpAcknowledgment;
        }

        if (rest.Length >= 14)
        {
            var offsetAndFlags = BinaryPrimitives.ReadUInt16BigEndian(rest[12..]);
            packet.TcpFlags = (TcpFlags)(offsetAndFlags & 0x1FF);
            packet.Flags |= PacketFlags.HasTcpFlags;
            TransportDecoder.TakePayload(ref walk, ref packet, offsetAndFlags >> 12 << 2);
        }
        else
        {
            packet.PayloadOffset = walk.Offset + TcpHeader.MinimumLength;
            packet.PayloadLength = -1;
        }

        if (rest.Length >= 16)
            packet.TcpWindow = BinaryPrimitives.ReadUInt16BigEndian(rest[14..]);
        return walk.Short(TcpHeader.MinimumLength);
    }

    /// <summary>What the options say; the span holds them all, or what was captured of them.</summary>
    internal static void Options(ref PacketFacts packet, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= PaddedTimestamps.Length && MemoryMarshal.AsRef<PaddedTimestamps>(bytes) is { AreThere: true } stamps)
        {
            packet.TcpTimestampValue = stamps.Value;
            packet.TcpTimestampEcho = stamps.Echo;
            packet.Flags |= PacketFlags.HasTcpTimestamps;
            bytes = bytes[PaddedTimestamps.Length..];
            if (bytes.IsEmpty)
                return;
        }

        var options = TcpOptions.Read(bytes);
        packet.TcpMss = options.MaximumSegmentSize;
        packet.TcpWindowScale = options.WindowScale;
        if (!options.HasTimestamps)
            return;
        packet.TcpTimestampValue = options.TimestampValue;
        packet.TcpTimestampEcho = options.TimestampEcho;
        packet.Flags |= PacketFlags.HasTcpTimestamps;
    }
}
