using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Checks.Shadowing;

/// <summary>Whether every packet that one rule takes is a packet that another would take: a proof, so "no" means "not provable".</summary>
internal static class RuleImplication
{
    /// <summary>True where each condition of <paramref name="earlier"/> follows from some condition of <paramref name="later"/>.</summary>
    public static bool Covers(IptablesRule earlier, IptablesRule later)
    {
        foreach (var condition in earlier.Matches)
        {
            if (condition is not CommentMatch && !later.Matches.Any(given => Implies(given, condition)))
                return false;
        }

        return true;
    }

    private static bool Implies(RuleMatch given, RuleMatch condition) => (given.Negated, condition.Negated) switch
    {
        (false, false) => Within(given, condition),
        (true, true) => Within(condition, given), // outside of more is outside of less
        (false, true) => Apart(given, condition),
        _ => false,
    };

    // All that `inner` takes, `outer` takes.
    private static bool Within(RuleMatch inner, RuleMatch outer) => (inner, outer) switch
    {
        (AddressMatch i, AddressMatch o) => i.IsSource == o.IsSource && i.Mask is null && o.Mask is null && o.Prefix.Contains(i.Prefix),
        (InterfaceMatch i, InterfaceMatch o) => i.IsIncoming == o.IsIncoming && (i.Name == o.Name || (o.Name.EndsWith('+') && i.Name.StartsWith(o.Name[..^1], StringComparison.Ordinal))),
        (ProtocolMatch i, ProtocolMatch o) => o.Protocol is null || i.Protocol == o.Protocol,
        (PortMatch i, PortMatch o) => (i.Side == o.Side || (o.Side != PortSide.Source && o.Side != PortSide.Destination)) && i.Ranges.All(r => o.Ranges.Any(x => x.First <= r.First && r.Last <= x.Last)),
        (TcpFlagsMatch i, TcpFlagsMatch o) => (o.Mask & ~i.Mask) == 0 && (i.Set & o.Mask) == o.Set,
        (IcmpTypeMatch i, IcmpTypeMatch o) => o.Type == 255 || (i.Type == o.Type && (o.FirstCode < 0 || (i.FirstCode >= o.FirstCode && i.LastCode <= o.LastCode))),
        (ConntrackStateMatch i, ConntrackStateMatch o) => i.States.All(o.States.Contains),
        (ConntrackStatusMatch i, ConntrackStatusMatch o) => i.Status.All(o.Status.Contains),
        (MarkMatch i, MarkMatch o) => i.IsConnection == o.IsConnection && (o.Mask & ~i.Mask) == 0 && (i.Value & o.Mask) == o.Value,
        (AddressTypeMatch i, AddressTypeMatch o) => i.IsSource == o.IsSource && i.LimitToIncoming == o.LimitToIncoming && i.LimitToOutgoing == o.LimitToOutgoing && i.Types.All(o.Types.Contains),
        (AddressRangeMatch i, AddressRangeMatch o) => i.IsSource == o.IsSource && i.First.CompareTo(o.First) >= 0 && i.Last.CompareTo(o.Last) <= 0,
        (SetMatch i, SetMatch o) => i.Set == o.Set && i.Directions.SequenceEqual(o.Directions) && i.Options.Count == 0 && o.Options.Count == 0,
        (LengthMatch i, LengthMatch o) => i.First >= o.First && i.Last <= o.Last,
        // Matches of single values: equal or not. What depends on chance, rates or programs is never the same twice.
        (ConntrackAddressMatch or ConntrackPortMatch or ConntrackProtocolMatch or ConntrackDirectionMatch or MacMatch or PhysicalDeviceMatch or TtlMatch
            or TcpMssMatch or TrafficClassMatch or PacketTypeMatch or FragmentMatch, _) => inner.GetType() == outer.GetType() && inner with { Text = "", Negated = false } == outer with { Text = "", Negated = false },
        _ => false,
    };

    // Nothing that `given` takes, the negated condition's inside takes.
    private static bool Apart(RuleMatch given, RuleMatch condition) => (given, condition) switch
    {
        (AddressMatch g, AddressMatch c) => g.IsSource == c.IsSource && g.Mask is null && c.Mask is null && !g.Prefix.Contains(c.Prefix) && !c.Prefix.Contains(g.Prefix),
        (ProtocolMatch g, ProtocolMatch c) => g.Protocol is not null && c.Protocol is not null && g.Protocol != c.Protocol,
        (InterfaceMatch g, InterfaceMatch c) => g.IsIncoming == c.IsIncoming && !g.Name.EndsWith('+') && !c.Name.EndsWith('+') && g.Name != c.Name,
        _ => false,
    };
}
