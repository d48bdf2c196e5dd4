using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary>What <c>decode</c> prints of a frame: the innermost packet, the addresses of the outermost, and why decoding ended.</summary>
internal sealed class FrameColumns(FrameSink sink)
{
    public static readonly string[] Names =
    [
        "file", "frame", "time", "interface", "link_type", "length", "captured", "vlan", "encapsulation", "vni", "outer_src", "outer_dst", "src", "dst", "protocol",
        "src_port", "dst_port", "ip_id", "ttl", "fragment_offset", "tcp_flags", "seq", "ack", "window", "payload_length", "note",
    ];

    public void Write(string file, CaptureInterface source, in CapturedFrame frame, DecodedFrame decoded)
    {
        sink.Text("file", file);
        sink.Value<long>("frame", frame.Number);
        sink.Value<Timestamp>("time", frame.HasTime ? frame.Time : null);
        sink.Text("interface", source.Name ?? (decoded.IfIndex >= 0 ? $"ifindex {decoded.IfIndex}" : null));
        sink.Text("link_type", source.LinkType.Name());
        sink.Value<int>("length", frame.OriginalLength);
        sink.Value<int>("captured", frame.Data.Length);
        if ((decoded.Link != LinkFacts.None && decoded.Inside.Length == 0) || decoded.Count == 0)
            NoPacket(decoded);
        else
            Packet(decoded);
        sink.Text("note", FrameNote.Of(decoded));
        sink.EndFrame();
    }

    // ARP, or a protocol that is only counted, perhaps inside a tunnel.
    private void NoPacket(DecodedFrame decoded)
    {
        var link = decoded.Link;
        var arp = decoded.Arp.Operation != 0;
        sink.Value<int>("vlan", link.Vlan >= 0 ? link.Vlan : null);
        sink.Text("encapsulation", Encapsulations(decoded, link.Encapsulation));
        sink.Value<long>("vni", link.Vni >= 0 ? link.Vni : null);
        sink.Value<IpAddress>("outer_src", decoded.Count > 0 ? decoded.Outermost.Source : null);
        sink.Value<IpAddress>("outer_dst", decoded.Count > 0 ? decoded.Outermost.Destination : null);
        sink.Value<IpAddress>("src", arp ? decoded.Arp.SenderAddress : null);
        sink.Value<IpAddress>("dst", arp ? decoded.Arp.TargetAddress : null);
        sink.Text("protocol", arp ? "arp" : null);
        foreach (var column in Names.AsSpan(15, 10))
            sink.Text(column, null);
    }

    private void Packet(DecodedFrame decoded)
    {
        ref readonly var packet = ref decoded.Innermost;
        ref readonly var outermost = ref decoded.Outermost;
        var tunnelled = packet.HeaderOffset != outermost.HeaderOffset;
        sink.Value<int>("vlan", packet.Vlan >= 0 ? packet.Vlan : null);
        sink.Text("encapsulation", Encapsulations(decoded, Encapsulation.None));
        sink.Value<long>("vni", packet.Vni >= 0 ? packet.Vni : null);
        sink.Value<IpAddress>("outer_src", tunnelled ? outermost.Source : null);
        sink.Value<IpAddress>("outer_dst", tunnelled ? outermost.Destination : null);
        sink.Value<IpAddress>("src", packet.Source);
        sink.Value<IpAddress>("dst", packet.Destination);
        sink.Text("protocol", packet.Protocol.Keyword());
        var ports = packet.Protocol.HasPorts() && packet.HasTransport;
        sink.Value<int>("src_port", ports ? packet.SourcePort : null);
        sink.Value<int>("dst_port", ports ? packet.DestinationPort : null);
        sink.Value<uint>("ip_id", packet.IpVersion == 4 || packet.IsFragment ? packet.Identification : null);
        sink.Value<int>("ttl", packet.Ttl);
        sink.Value<int>("fragment_offset", packet.IsFragment ? packet.FragmentOffset : null);
        Tcp(packet);
        sink.Value<int>("payload_length", packet.PayloadLength >= 0 ? packet.PayloadLength : null);
    }

    private void Tcp(in PacketFacts packet)
    {
        sink.Text("tcp_flags", (packet.Flags & PacketFlags.HasTcpFlags) != 0 ? Flags(packet.TcpFlags) : null);
        sink.Value<uint>("seq", (packet.Flags & PacketFlags.HasTcpSequence) != 0 ? packet.TcpSequence : null);
        sink.Value<uint>("ack", (packet.Flags & PacketFlags.HasTcpAcknowledgment) != 0 ? packet.TcpAcknowledgment : null);
        sink.Value<int>("window", (packet.Flags & PacketFlags.HasTcpHeader) != 0 ? packet.TcpWindow : null);
    }

    // As tcpdump's letters, in the order of the bits: S, SA, A, PA, FA, R.
    private static string Flags(TcpFlags flags)
    {
        const string letters = "FSRPAUEWN";
        Span<char> text = stackalloc char[letters.Length];
        var n = 0;
        for (var bit = 0; bit < letters.Length; bit++)
        {
            if (((int)flags >> bit & 1) != 0)
                text[n++] = letters[bit];
        }

        return n == 0 ? "." : new string(text[..n]);
    }

    // From the outermost tunnel to the innermost.
    private static string? Encapsulations(DecodedFrame decoded, Encapsulation last)
    {
        string? names = null;
        foreach (ref readonly var packet in decoded.Packets)
            names = Join(names, packet.Encapsulation);
        return Join(names, last);
    }

    private static string? Join(string? names, Encapsulation encapsulation)
    {
        if (encapsulation is Encapsulation.None or Encapsulation.IcmpQuote)
            return names;
        var name = encapsulation switch
        {
            Encapsulation.Vxlan => "vxlan",
            Encapsulation.VxlanGpe => "vxlan-gpe",
            Encapsulation.Geneve => "geneve",
            Encapsulation.Gre => "gre",
            Encapsulation.Nvgre => "nvgre",
            Encapsulation.Erspan => "erspan",
            _ => "ip-in-ip",
        };
        return names is null ? name : $"{names}+{name}";
    }
}
