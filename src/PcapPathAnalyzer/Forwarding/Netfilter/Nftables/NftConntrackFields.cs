using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>What nft reads of a packet's connection (net/netfilter/nft_ct.c, nft_ct_get_eval).</summary>
internal static class NftConntrackFields
{
    private const ulong Invalid = 1;

    // enum ip_conntrack_status: what a walk does not follow is left open.
    private const ulong OpenStatus = ~(1UL | 2 | 8 | 16 | 32);

    public static NftReading Read(string name, PacketState packet, bool isBeforeConntrack)
    {
        // Without a connection the state alone has an answer: untracked, or invalid where conntrack has not seen the packet.
        if (name == "ct state")
            return NftReading.Of(isBeforeConntrack && packet.ConntrackState != "UNTRACKED" ? Invalid : State(packet.ConntrackState));
        if (isBeforeConntrack || packet.ConntrackState is "UNTRACKED" or "INVALID")
            return NftReading.Absent;
        return name switch
        {
            "ct direction" => NftReading.Of(packet.IsReply),
            "ct status" => Status(packet),
            _ => packet.Connection is { } connection ? OfConnection(name, connection) : NftReading.Unknown,
        };
    }

    private static ulong State(string state) => state switch { "ESTABLISHED" => 2, "RELATED" => 4, "NEW" => 8, "UNTRACKED" => 64, _ => Invalid };

    // A connection whose destination was translated has IPS_DST_NAT_DONE (256) beside IPS_DST_NAT; the same of the source.
    private static NftNumberReading Status(PacketState packet)
    {
        if (packet.Connection is { } c && ConntrackTargets.IsTemplate(c))
            return new NftNumberReading(8 | 2048, 0);
        var isReplySeen = packet.IsReply || packet.Connection is { IsReplySeen: true };
        var value = (isReplySeen ? 2UL : 0) | (packet.ConntrackState == "NEW" ? 0UL : 8) | (packet.IsSourceTranslated ? 16UL | 128 : 0) | (packet.IsDestinationTranslated ? 32UL | 256 : 0);
        return new NftNumberReading(value, OpenStatus & ~value);
    }

    private static NftReading OfConnection(string name, Connection c) => name switch
    {
        "ct mark" => NftReading.Of((ulong)c.Mark),
        "ct l3proto" or "ct original l3proto" or "ct reply l3proto" => NftReading.Of(c.Original.Source.IsIpv4 ? 2UL : 10),
        "ct protocol" or "ct original protocol" or "ct reply protocol" => NftReading.Of((ulong)c.Original.Protocol),
        "ct original saddr" => new NftAddressReading(c.Original.Source),
        "ct original daddr" => new NftAddressReading(c.Original.Destination),
        "ct reply saddr" => new NftAddressReading(c.Reply.Source),
        "ct reply daddr" => new NftAddressReading(c.Reply.Destination),
        "ct original proto-src" => Port(c.Original.SourcePort, c.OriginalSourcePorts),
        "ct original proto-dst" => Port(c.Original.DestinationPort, null),
        "ct reply proto-src" => Port(c.Reply.SourcePort, c.ReplySourcePorts),
        "ct reply proto-dst" => Port(c.Reply.DestinationPort, c.ReplyDestinationPorts),
        "ct zone" => NftReading.Of((ulong)Math.Max(c.Zone, c.ReplyZone)),
        "ct original zone" => NftReading.Of((ulong)c.Zone),
        "ct reply zone" => NftReading.Of((ulong)c.ReplyZone),
        _ => NftReading.Unknown,
    };

    private static NftReading Port(ushort port, PortRange? range) => range is { } r ? new NftPortReading(r) : NftReading.Of((ulong)port);
}
