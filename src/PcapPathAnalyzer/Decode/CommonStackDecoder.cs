using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>
/// What nearly every frame of a cluster is, in one function: Ethernet, at most one 802.1Q tag, IPv4 without options, TCP or
/// UDP, and VXLAN with the same inside. Whatever else is there (an odd length, a fragment, a cut header, another protocol)
/// ends the attempt, and <see cref="FrameDecoder"/> walks the frame layer by layer. Both say the same of every frame.
/// </summary>
internal static class CommonStackDecoder
{
    /// <summary>False where the frame is anything else; the result is then not to be used.</summary>
    /// <param name="end">Where the frame ends on the wire; not less than what was captured.</param>
    public static bool TryDecode(ReadOnlySpan<byte> frame, int end, UdpTunnels tunnels, DecodedFrame into)
    {
        long vni = -1;
        var encapsulation = Encapsulation.None;
        var at = 0;
        for (var count = 1; count <= DecodedFrame.MaxPackets; count++)
        {
            // Ethernet and IPv4 at once; a tag between them is looked at first.
            var limit = Math.Min(end, frame.Length);
            if (limit - at < Headers.Length)
                return false;
            ref readonly var headers = ref MemoryMarshal.AsRef<Headers>(frame[at..]);
            ref readonly var ethernet = ref headers.Ethernet;
            ref readonly var ip = ref headers.Ip;
            ushort type = ethernet.TypeOrLength;
            var ipOffset = at + EthernetHeader.Length;
            short vlan = -1;
            if (type == EtherTypes.Vlan && limit - at >= Headers.Length + VlanTag.Length)
            {
                ref readonly var tag = ref MemoryMarshal.AsRef<VlanTag.Layout>(frame[ipOffset..]);
                vlan = (short)(tag.Control & 0xFFF);
                type = tag.TypeOrLength;
                ipOffset += VlanTag.Length;
                ip = ref MemoryMarshal.AsRef<Ipv4Header.Layout>(frame[ipOffset..]);
            }

            int totalLength = ip.TotalLength;
            ushort flagsAndOffset = ip.FlagsAndOffset;
            if (type != EtherTypes.Ipv4 || ip.VersionAndLength != 0x45 || (flagsAndOffset & 0x3FFF) != 0 || totalLength < Ipv4Header.MinimumLength || totalLength > end - ipOffset)
                return false;

            // Every field is written, and once: a read soon after waits for a place that was cleared before it was filled.
            ref var packet = ref into.Slot(count - 1);
            packet.Source = IpAddress.FromIpv4(ip.Source);
            packet.Destination = IpAddress.FromIpv4(ip.Destination);
            packet.Protocol = (IpProtocol)ip.Protocol;
            packet.IpVersion = 4;
            packet.Ttl = ip.Ttl;
            packet.TrafficClass = ip.TrafficClass;
            packet.Identification = ip.Identification;
            packet.FragmentOffset = 0;
            packet.TotalLength = totalLength;
            packet.HeaderOffset = ipOffset;
            packet.Spi = 0;
            packet.TcpMss = 0;
            packet.TcpWindowScale = 255;
            packet.IcmpType = 0;
            packet.IcmpCode = 0;
            packet.Encapsulation = encapsulation;
            packet.IcmpMtu = 0;
            packet.IcmpSequence = 0;
            packet.Vlan = vlan;
            packet.Vni = vni;
            packet.SourceMac = ethernet.Source;
            packet.DestinationMac = ethernet.Destination;
            var flags = (flagsAndOffset & 0x4000) != 0 ? PacketFlags.DontFragment | PacketFlags.HasTransport : PacketFlags.HasTransport;
            end = ipOffset + totalLength;
            if (end > frame.Length)
                flags |= PacketFlags.CutBySnapLength;
            if (!HasRightChecksum(ip))
                flags |= PacketFlags.BadIpChecksum;

            at = ipOffset + Ipv4Header.MinimumLength;
            packet.TransportOffset = at;
            var length = totalLength - Ipv4Header.MinimumLength;
            var rest = frame[at..Math.Min(end, frame.Length)];
            if ((IpProtocol)ip.Protocol == IpProtocol.Tcp)
                return Tcp(rest, at, length, flags, ref packet) && into.Complete(count, EtherTypes.Ipv4);

            if ((IpProtocol)ip.Protocol != IpProtocol.Udp || rest.Length < UdpHeader.Length)
                return false;
            ref readonly var udp = ref MemoryMarshal.AsRef<UdpHeader.Layout>(rest);
            int datagramLength = udp.DatagramLength;
            if (datagramLength < UdpHeader.Length || datagramLength > length)
                return false;
            ushort destinationPort = udp.DestinationPort;
            var inside = tunnels.Find(destinationPort);
            packet.SourcePort = udp.SourcePort;
            packet.DestinationPort = destinationPort;
            packet.Flags = inside == Next.Done ? flags : flags | PacketFlags.Tunnel;
            packet.PayloadOffset = at + UdpHeader.Length;
            packet.PayloadLength = datagramLength - UdpHeader.Length;
            packet.TcpFlags = TcpFlags.None;
            packet.TcpWindow = 0;
            packet.TcpSequence = 0;
            packet.TcpAcknowledgment = 0;
            packet.TcpTimestampValue = 0;
            packet.TcpTimestampEcho = 0;
            if (inside == Next.Done)
                return into.Complete(count, EtherTypes.Ipv4);
            if (inside != Next.Vxlan || datagramLength < UdpHeader.Length + VxlanHeader.Length || !VxlanHeader.TryRead(rest[UdpHeader.Length..], out var vxlan) || !vxlan.HasVni)
                return false;
            vni = vxlan.Vni;
            encapsulation = Encapsulation.Vxlan;
            end = at + datagramLength;
            at += UdpHeader.Length + VxlanHeader.Length;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Tcp(ReadOnlySpan<byte> rest, int at, int segmentLength, PacketFlags flags, ref PacketFacts packet)
    {
        if (rest.Length < TcpHeader.MinimumLength)
            return false;
        ref readonly var tcp = ref MemoryMarshal.AsRef<TcpHeader.Layout>(rest);
        ushort offsetAndFlags = tcp.OffsetAndFlags;
        var headerLength = offsetAndFlags >> 12 << 2;
        if (headerLength < TcpHeader.MinimumLength || headerLength > segmentLength || headerLength > rest.Length)
            return false;
        packet.SourcePort = tcp.SourcePort;
        packet.DestinationPort = tcp.DestinationPort;
        packet.PayloadOffset = at + headerLength;
        packet.PayloadLength = segmentLength - headerLength;
        packet.TcpFlags = (TcpFlags)(offsetAndFlags & 0x1FF);
        packet.TcpWindow = tcp.Window;
        packet.TcpSequence = tcp.Sequence;
        packet.TcpAcknowledgment = tcp.Acknowledgment;
        flags |= PacketFlags.HasTcpHeader | PacketFlags.HasTcpSequence | PacketFlags.HasTcpAcknowledgment | PacketFlags.HasTcpFlags;
        if (headerLength == TcpHeader.MinimumLength + PaddedTimestamps.Length && MemoryMarshal.AsRef<PaddedTimestamps>(rest[TcpHeader.MinimumLength..]) is { AreThere: true } stamps)
        {
            packet.Flags = flags | PacketFlags.HasTcpTimestamps;
            packet.TcpTimestampValue = stamps.Value;
            packet.TcpTimestampEcho = stamps.Echo;
            return true;
        }

        packet.Flags = flags;
        packet.TcpTimestampValue = 0;
        packet.TcpTimestampEcho = 0;
        if (headerLength > TcpHeader.MinimumLength)
            TcpDecoder.Options(ref packet, rest[TcpHeader.MinimumLength..headerLength]);
        return true;
    }

    // The ones' complement sum of 16-bit words is the header taken as a number, modulo 2^16 - 1: in words of any length, and
    // in either byte order (RFC 1071 section 2). It is never 0 as a number: the first byte is not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasRightChecksum(in Ipv4Header.Layout header)
    {
        ref readonly var words = ref Unsafe.As<Ipv4Header.Layout, ChecksumWords>(ref Unsafe.AsRef(in header));
        return ((ulong)words.First + words.Second + words.Third + words.Fourth + words.Fifth) % 0xFFFF == 0;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly struct Headers
    {
        public const int Length = EthernetHeader.Length + Ipv4Header.MinimumLength;
        public readonly EthernetHeader.Layout Ethernet;
        public readonly Ipv4Header.Layout Ip;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly struct ChecksumWords
    {
        public readonly uint First;
        public readonly uint Second;
        public readonly uint Third;
        public readonly uint Fourth;
        public readonly uint Fifth;
    }
}
