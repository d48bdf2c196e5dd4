using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>Fields of a packet by the names that nft gives them (nft_payload.c, nft_meta.c, net/netfilter).</summary>
internal static class NftFields
{
    // RFC 3168 section 5, as nft spells them.
    private static readonly string[] Congestion = ["not-ect", "ect1", "ect0", "ce"];

    /// <param name="isBeforeConntrack">True on hooks' chains that see a packet before conntrack does.</param>
    public static NftReading Read(string name, PacketState packet, bool isBeforeConntrack)
    {
        if (name.StartsWith("ct ", StringComparison.Ordinal))
            return NftConntrackFields.Read(name, packet, isBeforeConntrack);
        var tuple = packet.Tuple;
        var isIpv4 = tuple.Destination.IsIpv4;
        return name switch
        {
            "ip saddr" => isIpv4 ? new NftAddressReading(tuple.Source) : NftReading.Absent,
            "ip daddr" => isIpv4 ? new NftAddressReading(tuple.Destination) : NftReading.Absent,
            "ip6 saddr" => isIpv4 ? NftReading.Absent : new NftAddressReading(tuple.Source),
            "ip6 daddr" => isIpv4 ? NftReading.Absent : new NftAddressReading(tuple.Destination),
            "ip protocol" => isIpv4 ? NftReading.Of((ulong)tuple.Protocol) : NftReading.Absent,
            "ip6 nexthdr" => isIpv4 ? NftReading.Absent : NftReading.Of((ulong)tuple.Protocol),
            "ip ttl" => isIpv4 ? Known(packet.Ttl, none: -1) : NftReading.Absent,
            "ip6 hoplimit" => isIpv4 ? NftReading.Absent : Known(packet.Ttl, none: -1),
            "ip length" => isIpv4 ? Known(packet.Length) : NftReading.Absent,
            "ip version" => isIpv4 ? NftReading.Of(4UL) : NftReading.Absent,
            "ip6 version" => isIpv4 ? NftReading.Absent : NftReading.Of(6UL),
            "ip dscp" => isIpv4 ? NftReading.Of((ulong)packet.TrafficClass >> 2) : NftReading.Absent,
            "ip6 dscp" => isIpv4 ? NftReading.Absent : NftReading.Of((ulong)packet.TrafficClass >> 2),
            "ip ecn" => isIpv4 ? NftReading.Of(Congestion[packet.TrafficClass & 3]) : NftReading.Absent,
            "ip6 ecn" => isIpv4 ? NftReading.Absent : NftReading.Of(Congestion[packet.TrafficClass & 3]),
            // What stands in the header: what follows it.
            "ip6 length" => isIpv4 ? NftReading.Absent : Known(Math.Max(0, packet.Length - 40)),
            // Whole packets are walked: conntrack defragments. What is left is Don't Fragment.
            "ip frag-off" => isIpv4 ? NftReading.Of(packet.DontFragment ? 0x4000UL : 0) : NftReading.Absent,
            "icmp type" => Icmp(packet, IpProtocol.Icmp, packet.IcmpType),
            "icmp code" => Icmp(packet, IpProtocol.Icmp, packet.IcmpCode),
            "icmpv6 type" => Icmp(packet, IpProtocol.Icmpv6, packet.IcmpType),
            "icmpv6 code" => Icmp(packet, IpProtocol.Icmpv6, packet.IcmpCode),
            "tcp flags" => tuple.Protocol != IpProtocol.Tcp ? NftReading.Absent : Known(packet.TcpFlags, none: -1),
            "ether saddr" => Mac(packet, packet.SourceMac),
            "ether daddr" => Mac(packet, packet.DestinationMac),
            "meta mark" => NftReading.Of((ulong)packet.Mark),
            "meta l4proto" => NftReading.Of((ulong)tuple.Protocol),
            "meta nfproto" => NftReading.Of(isIpv4 ? 2UL : 10),
            "meta protocol" => NftReading.Of(isIpv4 ? 0x0800UL : 0x86DD),
            "meta iif" or "meta iifname" => NftReading.Of(packet.In),
            "meta oif" or "meta oifname" => NftReading.Of(packet.Out),
            "meta length" => Known(packet.Length),
            "meta pkttype" => NftReading.Of(packet.PacketType switch { "broadcast" => 1UL, "multicast" => 2, _ => 0 }),
            // A packet that only passes has no socket.
            "meta skuid" or "meta skgid" => packet.In is null ? NftReading.Unknown : NftReading.Absent,
            _ => Port(name, packet) ?? Other(name, packet),
        };
    }

    private static NftReading? Port(string name, PacketState packet)
    {
        var space = name.IndexOf(' ');
        var field = name[(space + 1)..];
        if (field is not ("sport" or "dport"))
            return null;
        if (Protocol(name.AsSpan(0, space)) is { } protocol && packet.Tuple.Protocol != protocol)
            return NftReading.Absent;
        if (!packet.Tuple.Protocol.HasPorts())
            return NftReading.Unknown;
        var isSource = field == "sport";
        if ((isSource ? packet.SourcePorts : packet.DestinationPorts) is { } range)
            return new NftPortReading(range);
        return NftReading.Of((ulong)(isSource ? packet.Tuple.SourcePort : packet.Tuple.DestinationPort));
    }

    // What a header of another protocol holds is absent, of its own not known.
    private static NftReading Other(string name, PacketState packet)
    {
        var header = name.AsSpan(0, Math.Max(0, name.IndexOf(' ')));
        var isIpv4 = packet.Tuple.Destination.IsIpv4;
        if (header is "ip" && !isIpv4)
            return NftReading.Absent;
        if (header is "ip6" && isIpv4)
            return NftReading.Absent;
        return Protocol(header) is { } protocol && packet.Tuple.Protocol != protocol ? NftReading.Absent : NftReading.Unknown;
    }

    private static IpProtocol? Protocol(ReadOnlySpan<char> header) => header switch
    {
        "tcp" => IpProtocol.Tcp,
        "udp" => IpProtocol.Udp,
        "udplite" => IpProtocol.UdpLite,
        "sctp" => IpProtocol.Sctp,
        "icmp" => IpProtocol.Icmp,
        "icmpv6" => IpProtocol.Icmpv6,
        "esp" => IpProtocol.Esp,
        "ah" => IpProtocol.Ah,
        _ => null,
    };

    private static NftReading Icmp(PacketState packet, IpProtocol protocol, int value) =>
        packet.Tuple.Protocol != protocol ? NftReading.Absent : packet.IcmpType < 0 ? NftReading.Unknown : NftReading.Of((ulong)value);

    private static NftReading Mac(PacketState packet, MacAddress address) =>
        !address.IsNone ? NftReading.Of(address.Value) : packet.HasNoFrame ? NftReading.Absent : NftReading.Unknown;

    private static NftReading Known(int value, int none = 0) => value == none ? NftReading.Unknown : NftReading.Of((ulong)value);
}
