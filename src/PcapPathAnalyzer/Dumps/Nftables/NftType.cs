using System.Collections.Frozen;

namespace PcapPathAnalyzer.Dumps.Nftables;

/// <summary>What a field's values are (nft(8), DATA TYPES): decides how a constant is read.</summary>
public enum NftType
{
    /// <summary>Numbers, or names that are kept as they are.</summary>
    Other,
    Address,
    Mac,
    Port,
    Protocol,
    Mark,

    /// <summary>An interface by name; nft prints indexes (<c>iif</c>) by name too.</summary>
    Interface,
    ConntrackState,
    ConntrackStatus,
    ConntrackDirection,
    TcpFlags,
    IcmpType,
    Icmpv6Type,
    IcmpCode,
    Family,
    EtherType,
    AddressType,
    PacketType,
    Dscp,
    Verdict,
}

/// <summary>Types by their names in <c>type ...</c>, and fields with what they hold.</summary>
internal static class NftTypes
{
    private static readonly FrozenDictionary<string, NftType> ByName = new Dictionary<string, NftType>(StringComparer.Ordinal)
    {
        ["ipv4_addr"] = NftType.Address, ["ipv6_addr"] = NftType.Address, ["ether_addr"] = NftType.Mac, ["ll_addr"] = NftType.Mac, ["inet_service"] = NftType.Port, ["inet_proto"] = NftType.Protocol,
        ["mark"] = NftType.Mark, ["ifname"] = NftType.Interface, ["iface_index"] = NftType.Interface, ["ct_state"] = NftType.ConntrackState, ["ct_status"] = NftType.ConntrackStatus,
        ["ct_dir"] = NftType.ConntrackDirection, ["tcp_flag"] = NftType.TcpFlags, ["icmp_type"] = NftType.IcmpType, ["icmpv6_type"] = NftType.Icmpv6Type, ["icmp_code"] = NftType.IcmpCode,
        ["icmpv6_code"] = NftType.IcmpCode, ["nf_proto"] = NftType.Family, ["ether_type"] = NftType.EtherType, ["fib_addrtype"] = NftType.AddressType, ["pkt_type"] = NftType.PacketType, ["dscp"] = NftType.Dscp, ["verdict"] = NftType.Verdict,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, NftType> Fields = new Dictionary<string, NftType>(StringComparer.Ordinal)
    {
        ["ip saddr"] = NftType.Address, ["ip daddr"] = NftType.Address, ["ip6 saddr"] = NftType.Address, ["ip6 daddr"] = NftType.Address, ["ip protocol"] = NftType.Protocol, ["ip dscp"] = NftType.Dscp, ["ip6 dscp"] = NftType.Dscp, ["ip6 nexthdr"] = NftType.Protocol,
        ["ether saddr"] = NftType.Mac, ["ether daddr"] = NftType.Mac, ["ether type"] = NftType.EtherType, ["vlan type"] = NftType.EtherType,
        ["icmp type"] = NftType.IcmpType, ["icmp code"] = NftType.IcmpCode, ["icmpv6 type"] = NftType.Icmpv6Type, ["icmpv6 code"] = NftType.IcmpCode, ["tcp flags"] = NftType.TcpFlags,
        ["meta mark"] = NftType.Mark, ["meta l4proto"] = NftType.Protocol, ["meta nfproto"] = NftType.Family, ["meta protocol"] = NftType.EtherType, ["meta pkttype"] = NftType.PacketType,
        ["meta iif"] = NftType.Interface, ["meta oif"] = NftType.Interface, ["meta iifname"] = NftType.Interface, ["meta oifname"] = NftType.Interface, ["meta ibrname"] = NftType.Interface,
        ["meta obrname"] = NftType.Interface, ["meta sdif"] = NftType.Interface, ["meta sdifname"] = NftType.Interface,
        ["ct state"] = NftType.ConntrackState, ["ct status"] = NftType.ConntrackStatus, ["ct direction"] = NftType.ConntrackDirection, ["ct mark"] = NftType.Mark, ["ct l3proto"] = NftType.Family, ["ct protocol"] = NftType.Protocol,
        ["arp saddr ip"] = NftType.Address, ["arp daddr ip"] = NftType.Address, ["arp saddr ether"] = NftType.Mac, ["arp daddr ether"] = NftType.Mac, ["rt nexthop"] = NftType.Address, ["socket mark"] = NftType.Mark,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static NftType Named(string name) => ByName.GetValueOrDefault(name);

    public static bool IsBits(NftType type) => type is NftType.ConntrackState or NftType.ConntrackStatus or NftType.TcpFlags;

    public static NftType OfField(string name)
    {
        if (Fields.TryGetValue(name, out var type))
            return type;
        if (name.EndsWith("port", StringComparison.Ordinal) || name.EndsWith("proto-src", StringComparison.Ordinal) || name.EndsWith("proto-dst", StringComparison.Ordinal))
            return NftType.Port;
        if (name.StartsWith("ct ", StringComparison.Ordinal))
            return name.EndsWith("addr", StringComparison.Ordinal) ? NftType.Address : name.EndsWith(" protocol", StringComparison.Ordinal) ? NftType.Protocol : NftType.Other;
        return NftType.Other;
    }

    /// <summary>What an expression's values are, a type for each part of a key.</summary>
    public static IReadOnlyList<NftType> Of(NftExpression expression) => expression switch
    {
        NftConcatenation c => [.. c.Parts.SelectMany(Of)],
        NftField f => [f.Type],
        NftFib { Result: "type" } => [NftType.AddressType],
        NftFib => [NftType.Interface],
        NftOperation o => Of(o.Left),
        _ => [NftType.Other],
    };
}
