using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary>The last column of <c>decode</c>: what the others cannot say, and why decoding ended where it did.</summary>
internal static class FrameNote
{
    public static string? Of(DecodedFrame decoded)
    {
        var notes = new List<string>(2);
        if (decoded.Arp.Operation != 0)
            notes.Add(Arp(decoded.Arp));
        else if (decoded.Count > 0)
            Packet(notes, decoded);
        if (decoded.Fault != DecodeFault.None)
            notes.Add(Fault(decoded));
        return notes.Count == 0 ? null : string.Join("; ", notes);
    }

    private static string Arp(ArpFacts arp) => arp.Operation switch
    {
        1 => $"who has {arp.TargetAddress}, tell {arp.SenderAddress}",
        2 => $"{arp.SenderAddress} is at {arp.SenderMac}",
        _ => $"arp operation {arp.Operation}",
    };

    private static void Packet(List<string> notes, DecodedFrame decoded)
    {
        ref readonly var packet = ref decoded.Innermost;
        if (packet.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6 && packet.HasTransport)
            notes.Add(Icmp(packet));
        ref readonly var last = ref decoded.Packets[^1];
        if (last.Encapsulation == Encapsulation.IcmpQuote)
            notes.Add($"about {last.Tuple}");
        if (packet.Spi != 0)
            notes.Add(packet.Protocol == IpProtocol.Sctp ? $"verification tag 0x{packet.Spi:x8}" : $"spi 0x{packet.Spi:x8}");
        if ((packet.Flags & PacketFlags.WireGuard) != 0)
            notes.Add("wireguard, opaque");
        if ((packet.Flags & PacketFlags.BadIpChecksum) != 0)
            notes.Add("wrong ip checksum");
    }

    private static string Icmp(in PacketFacts packet)
    {
        var text = $"type {packet.IcmpType} code {packet.IcmpCode}";
        if (packet.SourcePort != 0 || packet.IcmpSequence != 0)
            text += $" id {packet.SourcePort} seq {packet.IcmpSequence}";
        return packet.IcmpMtu != 0 ? $"{text} mtu {packet.IcmpMtu}" : text;
    }

    private static string Fault(DecodedFrame decoded) => decoded.Fault switch
    {
        DecodeFault.CutBySnapLength => $"cut by the snap length at byte {decoded.FaultOffset}",
        DecodeFault.Truncated => $"ends inside a header at byte {decoded.FaultOffset}",
        DecodeFault.BadLength => $"a length contradicts the frame at byte {decoded.FaultOffset}",
        DecodeFault.BadVersion => $"not the version that was announced at byte {decoded.FaultOffset}",
        DecodeFault.TooDeep => $"more than {DecodedFrame.MaxPackets} nested packets",
        DecodeFault.UnsupportedLinkType => "link type not decoded",

        // The last EtherType read may be that of the packet outside: PPP in GRE is announced by none.
        _ => decoded.EtherType is 0 or EtherTypes.Ipv4 or EtherTypes.Ipv6 ? $"protocol not decoded at byte {decoded.FaultOffset}" : $"{EtherTypes.Name(decoded.EtherType)} not decoded",
    };
}
