using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>What dnat, snat, masquerade and redirect translate a packet to (net/netfilter/nft_nat.c, nft_masq.c, nft_redir.c): one way, or one per element of a map that may be chosen.</summary>
internal static class NftNatTargets
{
    public static IEnumerable<RuleWay> Of(NftNat nat, NftRule rule, RuleWay way, NftExpressionReader reader)
    {
        // A packet of the other family passes the statement by, and has met the rule (nft_nat_inet_eval).
        if (nat.Family is { } family && family == "ip" != way.Packet.Tuple.Destination.IsIpv4)
            return [way];
        if (nat.Address is not NftLookup lookup)
            return [way with { Target = Target(nat, nat.Address is NftConstant c ? c.Value : null, nat.Address is null) }];
        var key = reader.Read(lookup.Key, way.Packet);
        if (key == NftReading.Absent)
            return [way with { IsMatch = false }];
        var ways = reader.Elements(lookup.Map) is { } elements && !reader.IsFilledByPackets(lookup.Map) ? NftLookups.Ways(key, elements) : [];
        if (ways.Count == 0)
            return [way with { Target = new UnknownTarget { Name = nat.Text } }];
        return ways.Select(one => Take(nat, lookup.Map, one, way, rule));
    }

    private static RuleWay Take(NftNat nat, NftSetOperand map, NftLookupWay one, RuleWay way, NftRule rule)
    {
        if (one.Why is { } why)
        {
            var condition = $"{rule.Location}: {why}{(one.Element is null ? "" : $": {one.Element.Text}")}";
            way = way with { Condition = way.Condition is null ? condition : $"{way.Condition}; {condition}", Probability = way.Probability * one.Chance };
        }

        return one.Element?.Data is { } data ? way with { Target = Target(nat, data, false), Element = NftCitations.Of(one.Element, map) } : way with { IsMatch = false };
    }

    private static RuleTarget Target(NftNat nat, NftValue? value, bool hasNoAddress)
    {
        var name = nat.Kind.ToString().ToUpperInvariant();
        NftValue? port = nat.Port is NftConstant c ? c.Value : null;
        if (value is NftTuple { Parts: [var address, var ofMap] })
            (value, port) = (address, ofMap);
        if ((value is not NftAddress && !hasNoAddress) || (nat.Port is not null && port is not NftNumber) || port is not (null or NftNumber { Last: <= ushort.MaxValue }))
            return new UnknownTarget { Name = nat.Text };
        if (nat.IsPrefix && value is NftAddress { Prefix: { } prefix })
            return new NetmapTarget(prefix) { Name = name };
        var (first, last) = value is NftAddress a ? (a.First, a.Last) : (default(IpAddress), default(IpAddress));
        return new NatTarget(nat.Kind)
        {
            Name = name,
            FirstAddress = first,
            LastAddress = last,
            FirstPort = port is NftNumber p ? (ushort)p.First : (ushort)0,
            LastPort = port is NftNumber q ? (ushort)q.Last : (ushort)0,
            Random = nat.Random,
            RandomFully = nat.FullyRandom,
            Persistent = nat.Persistent,
        };
    }
}
