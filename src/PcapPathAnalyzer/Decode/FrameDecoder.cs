using PcapPathAnalyzer.Capture;

namespace PcapPathAnalyzer.Decode;

/// <summary>
/// Takes frames apart, from the link layer to the transport payload, through every tunnel it knows. No input throws, no
/// byte outside the frame is read and nothing is allocated. One instance serves one thread or many: it keeps no state.
/// </summary>
public sealed class FrameDecoder
{
    private readonly UdpTunnels tunnels;

    /// <param name="options">Ports of tunnels; null for the well-known ones.</param>
    public FrameDecoder(DecodeOptions? options = null) => tunnels = new UdpTunnels(options ?? new DecodeOptions());

    /// <summary>Decodes one record of a capture file.</summary>
    /// <param name="into">Takes the result; what it held before is gone.</param>
    public void Decode(in CapturedFrame frame, DecodedFrame into) => Decode(frame.LinkType, frame.Data, frame.OriginalLength, into);

    /// <summary>Decodes one frame.</summary>
    /// <param name="linkType">What the capture file says the frame begins with.</param>
    /// <param name="captured">The bytes that were captured, from the link layer on.</param>
    /// <param name="originalLength">Bytes on the wire; a value below the captured length is a lie and taken for it.</param>
    /// <param name="into">Takes the result; what it held before is gone.</param>
    public void Decode(LinkType linkType, ReadOnlySpan<byte> captured, int originalLength, DecodedFrame into)
    {
        var end = Math.Max(originalLength, captured.Length);
        if (linkType == LinkType.Ethernet && CommonStackDecoder.TryDecode(captured, end, tunnels, into))
            return;
        Walk(linkType, captured, end, into);
    }

    /// <summary>The long way, layer by layer; any frame can go it.</summary>
    internal void Walk(LinkType linkType, ReadOnlySpan<byte> captured, int end, DecodedFrame into)
    {
        into.Reset();
        var walk = new Walk
        {
            Frame = captured,
            End = end,
            Into = into,
            Vlan = -1,
            Vni = -1,
        };
        var next = First(linkType);
        if (next == Next.Done)
            walk.Note(DecodeFault.UnsupportedLinkType);

        // Every step but the last consumes at least one byte or one of the few IP headers a frame may have, so that this ends.
        while (next != Next.Done)
        {
            next = next switch
            {
                Next.EtherType => EtherTypeDispatch.Follow(ref walk),
                Next.Ipv4 => Ipv4Decoder.Decode(ref walk),
                Next.Transport => TransportDecoder.Decode(ref walk, tunnels),
                Next.Ethernet => LinkDecoder.Ethernet(ref walk),
                Next.Vxlan => TunnelDecoder.Vxlan(ref walk),
                Next.Ipv6 => Ipv6Decoder.Decode(ref walk),
                Next.AnyIp => EtherTypeDispatch.AnyIp(ref walk),
                Next.Sll => LinkDecoder.Sll(ref walk),
                Next.Sll2 => LinkDecoder.Sll2(ref walk),
                Next.Llc => LinkDecoder.Llc(ref walk),
                Next.Mpls => MplsDecoder.Decode(ref walk),
                Next.Loopback => PointToPointDecoder.Loopback(ref walk),
                Next.Ppp => PointToPointDecoder.Ppp(ref walk),
                Next.PppDirection => PointToPointDecoder.PppDirection(ref walk),
                Next.PppProtocol => PointToPointDecoder.PppProtocol(ref walk),
                Next.Pppoe => PointToPointDecoder.Pppoe(ref walk),
                Next.CiscoHdlc => PointToPointDecoder.CiscoHdlc(ref walk),
                Next.VxlanGpe => TunnelDecoder.VxlanGpe(ref walk),
                Next.Geneve => TunnelDecoder.Geneve(ref walk),
                Next.Gre => GreDecoder.Decode(ref walk),
                Next.WireGuard => TunnelDecoder.WireGuard(ref walk),
                _ => Next.Done,
            };
        }
    }

    private static Next First(LinkType linkType) => linkType switch
    {
        LinkType.Ethernet => Next.Ethernet,
        LinkType.LinuxSll => Next.Sll,
        LinkType.LinuxSll2 => Next.Sll2,
        LinkType.Raw or LinkType.Ipv4 or LinkType.Ipv6 => Next.AnyIp,
        LinkType.Null or LinkType.Loop => Next.Loopback,
        LinkType.Ppp or LinkType.PppHdlc => Next.Ppp,
        LinkType.PppDirection => Next.PppDirection,
        LinkType.PppEthernet => Next.Pppoe,
        LinkType.CiscoHdlc => Next.CiscoHdlc,
        _ => Next.Done,
    };
}
