using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>CT and NOTRACK, which speak before conntrack looks: the first one counts (net/netfilter/xt_CT.c, xt_ct_target).</summary>
internal static class ConntrackTargets
{
    private const int TemplateId = -1;

    /// <summary>What later rules before conntrack take for the packet's connection: one of nothing but zeros, confirmed from the start (nf_ct_tmpl_alloc).</summary>
    private static Connection Template(NetworkNamespace ns, PacketState packet)
    {
        var none = packet.Tuple.Destination.IsIpv4 ? IpAddress.FromIpv4(0) : IpAddress.FromIpv6(0, 0);
        var zeros = new FiveTuple(none, 0, none, 0, 0);
        return new Connection { Id = TemplateId, Namespace = ns, Original = zeros, Reply = zeros, Zone = packet.OriginalZone, ReplyZone = packet.ReplyZone, IsConfirmed = true };
    }

    public static bool IsTemplate(Connection connection) => connection.Id == TemplateId;

    public static PacketState Apply(CtTarget target, PacketState packet)
    {
        if (packet.Connection is not null || packet.ConntrackState == "UNTRACKED" || packet.HasTemplate || packet.IsPastTemplates)
            return packet;
        return target.NoTrack
            ? packet with { ConntrackState = "UNTRACKED" }
            : packet with { HasTemplate = true, ConntrackState = "NEW", OriginalZone = target.IsZoneOfOriginal ? target.Zone ?? 0 : 0, ReplyZone = target.IsZoneOfReply ? target.Zone ?? 0 : 0 };
    }

    /// <summary><c>ct zone set</c> of nftables: the first one counts, and a packet that was to be untracked is tracked again (nft_ct_set_zone_eval, net/netfilter/nft_ct.c).</summary>
    public static PacketState Zone(PacketState packet, int zone, bool isOfOriginal, bool isOfReply) =>
        packet.Connection is not null || packet.HasTemplate
            ? packet
            : packet with { HasTemplate = true, ConntrackState = "NEW", OriginalZone = isOfOriginal ? zone : 0, ReplyZone = isOfReply ? zone : 0 };

    /// <summary><c>notrack</c> of nftables (nft_notrack_eval).</summary>
    public static PacketState NoTrack(PacketState packet) => packet.Connection is not null || packet.HasTemplate ? packet : packet with { ConntrackState = "UNTRACKED" };

    /// <summary>The packet as a rule before conntrack sees it where another has given it a template.</summary>
    public static PacketState WithTemplate(NetworkNamespace ns, PacketState packet) => packet with { Connection = Template(ns, packet) };
}
