using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>A frame as our reader and decoder see it, put in the words of tshark's fields: the values of each field in the order of the layers.</summary>
internal sealed class ObservedFields
{
    public static readonly string[] Names =
    [
        "ip.src", "ip.dst", "ip.id", "ip.ttl", "ip.frag_offset", "ipv6.src", "ipv6.dst", "ipv6.hlim",
        "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.window_size_value", "tcp.len",
        "tcp.options.mss_val", "tcp.options.wscale.shift", "tcp.options.timestamp.tsval", "tcp.options.timestamp.tsecr",
        "udp.srcport", "udp.dstport", "icmp.type", "icmp.code", "icmp.ident", "icmpv6.type", "icmpv6.code", "icmpv6.echo.identifier",
        "sctp.srcport", "sctp.dstport", "sctp.verification_tag", "igmp.type", "esp.spi", "vxlan.vni", "geneve.vni", "arp.src.proto_ipv4", "arp.dst.proto_ipv4",
    ];

    private readonly Dictionary<string, List<string>> values = Names.ToDictionary(static name => name, static _ => new List<string>(), StringComparer.Ordinal);

    public IReadOnlyList<string> this[string field] => values[field];

    public void Take(DecodedFrame frame)
    {
        foreach (var list in values.Values)
            list.Clear();
        if (frame.Arp.Operation != 0)
        {
            Add("arp.src.proto_ipv4", frame.Arp.SenderAddress);
            Add("arp.dst.proto_ipv4", frame.Arp.TargetAddress);
        }

        foreach (ref readonly var packet in frame.Packets)
        {
            TakeNetwork(packet);
            if (packet.HasTransport)
                TakeTransport(packet);
            TakeTunnel(packet.Encapsulation, packet.Vni);
        }

        TakeTunnel(frame.Link.Encapsulation, frame.Link.Vni);
    }

    private void TakeTunnel(Encapsulation encapsulation, long vni)
    {
        if (encapsulation is Encapsulation.Vxlan or Encapsulation.VxlanGpe)
            Add("vxlan.vni", vni);
        if (encapsulation == Encapsulation.Geneve)
            Add("geneve.vni", $"0x{vni:x6}");
    }

    private void TakeNetwork(in PacketFacts packet)
    {
        var v4 = packet.IpVersion == 4;
        Add(v4 ? "ip.src" : "ipv6.src", packet.Source);
        Add(v4 ? "ip.dst" : "ipv6.dst", packet.Destination);
        Add(v4 ? "ip.ttl" : "ipv6.hlim", packet.Ttl);
        if (!v4)
            return;
        Add("ip.id", $"0x{packet.Identification:x4}");
        Add("ip.frag_offset", packet.FragmentOffset / 8);
    }

    private void TakeTransport(in PacketFacts packet)
    {
        switch (packet.Protocol)
        {
            case IpProtocol.Tcp:
                TakeTcp(packet);
                break;
            case IpProtocol.Udp or IpProtocol.UdpLite:
                Add("udp.srcport", packet.SourcePort);
                Add("udp.dstport", packet.DestinationPort);
                break;
            case IpProtocol.Sctp:
                Add("sctp.srcport", packet.SourcePort);
                Add("sctp.dstport", packet.DestinationPort);
                Add("sctp.verification_tag", $"0x{packet.Spi:x8}");
                break;
            case IpProtocol.Icmp:
                Add("icmp.type", packet.IcmpType);
                Add("icmp.code", packet.IcmpCode);
                if (packet.IcmpType is 0 or 8 or (>= 13 and <= 18) or 42 or 43)
                    Add("icmp.ident", packet.SourcePort);
                break;
            case IpProtocol.Icmpv6:
                Add("icmpv6.type", packet.IcmpType);
                Add("icmpv6.code", packet.IcmpCode);
                if (packet.IcmpType is 128 or 129)
                    Add("icmpv6.echo.identifier", $"0x{packet.SourcePort:x4}");
                break;
            case IpProtocol.Igmp:
                Add("igmp.type", $"0x{packet.IcmpType:x2}");
                break;
            case IpProtocol.Esp:
                Add("esp.spi", $"0x{packet.Spi:x8}");
                break;
        }
    }

    private void TakeTcp(in PacketFacts packet)
    {
        Add("tcp.srcport", packet.SourcePort);
        Add("tcp.dstport", packet.DestinationPort);
        if ((packet.Flags & PacketFlags.HasTcpSequence) != 0)
            Add("tcp.seq_raw", packet.TcpSequence);
        if ((packet.Flags & PacketFlags.HasTcpHeader) == 0)
            return;
        Add("tcp.ack_raw", packet.TcpAcknowledgment);
        Add("tcp.flags", $"0x{(int)packet.TcpFlags:x4}");
        Add("tcp.window_size_value", packet.TcpWindow);
        Add("tcp.len", packet.PayloadLength);
        if (packet.TcpMss != 0)
            Add("tcp.options.mss_val", packet.TcpMss);
        if (packet.TcpWindowScale != 255)
            Add("tcp.options.wscale.shift", packet.TcpWindowScale);
        if ((packet.Flags & PacketFlags.HasTcpTimestamps) == 0)
            return;
        Add("tcp.options.timestamp.tsval", packet.TcpTimestampValue);
        Add("tcp.options.timestamp.tsecr", packet.TcpTimestampEcho);
    }

    private void Add<T>(string field, T value) => values[field].Add(value!.ToString()!);
}
