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
        // What comes back by lo, or answers a packet with an error, has its connection from the start.
        isBeforeConntrack &= packet.Connection is null;
        // Without a connection the state alone has an answer: untracked, the template's where a rule has given the packet one, or invalid before conntrack has seen it.
        if (name == "ct state")
            return NftReading.Of(!isBeforeConntrack || packet.ConntrackState == "UNTRACKED" ? State(packet.ConntrackState) : packet.HasTemplate ? State(packet.ConntrackState) : Invalid);
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
        var isConfirmed = packet.Connection?.IsConfirmed ?? (packet.ConntrackState != "NEW");
        var value = (packet.Connection is { IsReplySeen: true } ? 2UL : 0) | (isConfirmed ? 8UL : 0) | (packet.IsSourceTranslated ? 16UL | 128 : 0) | (packet.IsDestinationTranslated ? 32UL | 256 : 0);
        return new NftNumberReading(value, OpenStatus & ~value);
    }

    private static NftReading OfConnection(string name, Connection c) => name switch
    {
        "ct mark" => NftReading.Of((ulong)c.Mark),
        "ct l3proto" or "ct original l3proto" or "ct reply l3proto" => NftReading.Of(c.Original.Source.IsIpv4 ? 2UL : 10),
        "ct protocol" or "ct original protocol" or "ct reply protocol" => NftReading.Of((ulong)c.Original.Protocol),
        _ when name.EndsWith("addr", StringComparison.Ordinal) => Address(name, c),
        "ct original proto-src" => Port(c.Original.SourcePort, c.OriginalSourcePorts),
        "ct original proto-dst" => Port(c.Original.DestinationPort, c.OriginalDestinationPorts),
        "ct reply proto-src" => Port(c.Reply.SourcePort, c.ReplySourcePorts),
        "ct reply proto-dst" => Port(c.Reply.DestinationPort, c.ReplyDestinationPorts),
        "ct zone" => NftReading.Of((ulong)Math.Max(c.Zone, c.ReplyZone)),
        "ct original zone" => NftReading.Of((ulong)c.Zone),
        "ct reply zone" => NftReading.Of((ulong)c.ReplyZone),
        _ => NftReading.Unknown,
    };

    // With a family named only of connections of that family.
    private static NftReading Address(string name, Connection c)
    {
        var words = name.Split(' ');
        if (words.Length == 4 && c.Original.Source.IsIpv4 != (words[2] == "ip"))
            return NftReading.Absent;
        var tuple = words[1] == "original" ? c.Original : c.Reply;
        return new NftAddressReading(words[^1] == "saddr" ? tuple.Source : tuple.Destination);
    }

    private static NftReading Port(ushort port, PortRange? range) => range is { } r ? new NftPortReading(r) : NftReading.Of((ulong)port);
}
