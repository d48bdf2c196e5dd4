using System.Collections.Frozen;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Reads constants by the type of the field they are held against (src/datatype.c, src/proto.c, src/ct.c of nftables).</summary>
internal static class NftValues
{
    private static readonly FrozenDictionary<(NftType, string), ulong> Symbols = new Dictionary<(NftType, string), ulong>
    {
        [(NftType.ConntrackState, "invalid")] = 1, [(NftType.ConntrackState, "established")] = 2, [(NftType.ConntrackState, "related")] = 4, [(NftType.ConntrackState, "new")] = 8, [(NftType.ConntrackState, "untracked")] = 64,
        [(NftType.ConntrackStatus, "expected")] = 1, [(NftType.ConntrackStatus, "seen-reply")] = 2, [(NftType.ConntrackStatus, "assured")] = 4, [(NftType.ConntrackStatus, "confirmed")] = 8,
        [(NftType.ConntrackStatus, "snat")] = 16, [(NftType.ConntrackStatus, "dnat")] = 32, [(NftType.ConntrackStatus, "dying")] = 512,
        [(NftType.ConntrackDirection, "original")] = 0, [(NftType.ConntrackDirection, "reply")] = 1,
        [(NftType.TcpFlags, "fin")] = 1, [(NftType.TcpFlags, "syn")] = 2, [(NftType.TcpFlags, "rst")] = 4, [(NftType.TcpFlags, "psh")] = 8, [(NftType.TcpFlags, "ack")] = 16, [(NftType.TcpFlags, "urg")] = 32,
        [(NftType.TcpFlags, "ecn")] = 64, [(NftType.TcpFlags, "cwr")] = 128,
        [(NftType.Family, "ipv4")] = 2, [(NftType.Family, "ipv6")] = 10,
        [(NftType.EtherType, "ip")] = 0x0800, [(NftType.EtherType, "arp")] = 0x0806, [(NftType.EtherType, "ip6")] = 0x86DD, [(NftType.EtherType, "vlan")] = 0x8100, [(NftType.EtherType, "8021q")] = 0x8100, [(NftType.EtherType, "8021ad")] = 0x88A8,
        [(NftType.PacketType, "host")] = 0, [(NftType.PacketType, "unicast")] = 0, [(NftType.PacketType, "broadcast")] = 1, [(NftType.PacketType, "multicast")] = 2, [(NftType.PacketType, "other")] = 3,
        [(NftType.IcmpType, "echo-reply")] = 0, [(NftType.IcmpType, "destination-unreachable")] = 3, [(NftType.IcmpType, "source-quench")] = 4, [(NftType.IcmpType, "redirect")] = 5, [(NftType.IcmpType, "echo-request")] = 8,
        [(NftType.IcmpType, "router-advertisement")] = 9, [(NftType.IcmpType, "router-solicitation")] = 10, [(NftType.IcmpType, "time-exceeded")] = 11, [(NftType.IcmpType, "parameter-problem")] = 12,
        [(NftType.IcmpType, "timestamp-request")] = 13, [(NftType.IcmpType, "timestamp-reply")] = 14, [(NftType.IcmpType, "info-request")] = 15, [(NftType.IcmpType, "info-reply")] = 16,
        [(NftType.IcmpType, "address-mask-request")] = 17, [(NftType.IcmpType, "address-mask-reply")] = 18,
        [(NftType.Icmpv6Type, "destination-unreachable")] = 1, [(NftType.Icmpv6Type, "packet-too-big")] = 2, [(NftType.Icmpv6Type, "time-exceeded")] = 3, [(NftType.Icmpv6Type, "parameter-problem")] = 4,
        [(NftType.Icmpv6Type, "echo-request")] = 128, [(NftType.Icmpv6Type, "echo-reply")] = 129, [(NftType.Icmpv6Type, "mld-listener-query")] = 130, [(NftType.Icmpv6Type, "mld-listener-report")] = 131,
        [(NftType.Icmpv6Type, "mld-listener-done")] = 132, [(NftType.Icmpv6Type, "mld-listener-reduction")] = 132, [(NftType.Icmpv6Type, "nd-router-solicit")] = 133, [(NftType.Icmpv6Type, "nd-router-advert")] = 134,
        [(NftType.Icmpv6Type, "nd-neighbor-solicit")] = 135, [(NftType.Icmpv6Type, "nd-neighbor-advert")] = 136, [(NftType.Icmpv6Type, "nd-redirect")] = 137, [(NftType.Icmpv6Type, "router-renumbering")] = 138,
        [(NftType.Icmpv6Type, "ind-neighbor-solicit")] = 141, [(NftType.Icmpv6Type, "ind-neighbor-advert")] = 142, [(NftType.Icmpv6Type, "mld2-listener-report")] = 143,
        [(NftType.IcmpCode, "net-unreachable")] = 0, [(NftType.IcmpCode, "host-unreachable")] = 1, [(NftType.IcmpCode, "prot-unreachable")] = 2, [(NftType.IcmpCode, "frag-needed")] = 4,
        [(NftType.IcmpCode, "net-prohibited")] = 9, [(NftType.IcmpCode, "host-prohibited")] = 10,
    }.ToFrozenDictionary();

    public static NftValue Parse(string text, NftType type) => type switch
    {
        _ when text == "*" => new NftAny(),
        NftType.Address => (NftValue?)Address(text) ?? new NftUnknownValue(text),
        NftType.Interface when RuleValues.TryNumber(text, out var index) => new NftNumber(index), // of a device that is gone, or none
        NftType.Interface => text.EndsWith('*') ? new NftName(text[..^1].TrimEnd('\\'), IsWildcard: true) : new NftName(text),
        NftType.AddressType => new NftName(text),
        NftType.Mac => MacAddress.TryParse(text, out var mac) ? new NftNumber(mac.Value) : new NftUnknownValue(text),
        NftType.Other => Address(text) ?? (NftValue?)Range(text, type) ?? new NftName(text),
        _ => (NftValue?)Range(text, type) ?? new NftUnknownValue(text),
    };

    /// <summary>One number, by name or digits; null where it is none.</summary>
    public static ulong? Number(string text, NftType type)
    {
        if (RuleValues.TryNumber(text, out var number))
            return number;
        if (Symbols.TryGetValue((type, text), out var symbol))
            return symbol;
        return type switch
        {
            NftType.Protocol => ProtocolNames.TryParse(text, out var protocol) ? (ulong)protocol : null,
            NftType.Dscp => (ulong?)HeaderMatches.DscpNamed(text),
            NftType.Port => RuleValues.TryPort(text, out var port) ? port : null,
            _ => null,
        };
    }

    private static NftNumber? Range(string text, NftType type)
    {
        if (Number(text, type) is { } single)
            return new NftNumber(single);
        var dash = text.IndexOf('-');
        return dash > 0 && Number(text[..dash], type) is { } first && Number(text[(dash + 1)..], type) is { } last ? new NftNumber(first, last) : null;
    }

    private static NftAddress? Address(string text)
    {
        if (!text.Contains('.') && !text.Contains(':'))
            return null;
        if (IpPrefix.TryParse(text, out var prefix))
            return new NftAddress(prefix.Network.Address, Last(prefix)) { Prefix = prefix };
        var dash = text.IndexOf('-');
        if (dash <= 0 || !IpAddress.TryParse(text.AsSpan(0, dash).Trim("[]"), out var first))
            return null;
        return IpAddress.TryParse(text.AsSpan(dash + 1).Trim("[]"), out var last) ? new NftAddress(first, last) : null;
    }

    private static IpAddress Last(IpPrefix prefix)
    {
        var network = prefix.Network.Address;
        if (network.IsIpv4)
            return IpAddress.FromIpv4(network.Ipv4Value | (uint)((1UL << (32 - prefix.Length)) - 1));
        var (high, low) = prefix.Length >= 64
            ? (0UL, prefix.Length == 128 ? 0UL : ulong.MaxValue >> (prefix.Length - 64))
            : (prefix.Length == 0 ? ulong.MaxValue : ulong.MaxValue >> prefix.Length, ulong.MaxValue);
        return IpAddress.FromIpv6(network.High | high, network.Low | low);
    }
}
