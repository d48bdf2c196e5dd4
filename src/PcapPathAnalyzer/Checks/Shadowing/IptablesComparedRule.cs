using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Checks.Shadowing;

internal sealed class IptablesComparedRule(IptablesRule rule) : ComparedRule(rule)
{
    private readonly IptablesRule rule = rule;

    public override string? Action => rule.Target?.Name;

    public override IReadOnlyList<string> Keys { get; } = [.. KeysOf(rule)];

    public override bool IsTerminal => rule.Target is VerdictTarget { Name: "ACCEPT" or "DROP" } or RejectTarget or ReturnTarget or NatTarget or JumpTarget { IsGoto: true };

    public override bool MayChangePacket => rule.Target is not (null or VerdictTarget or RejectTarget or ReturnTarget or NatTarget);

    public override bool AsksForMutable => rule.Matches.Any(m => m is MarkMatch or TrafficClassMatch or TtlMatch or TcpMssMatch or SetMatch or ConntrackStatusMatch);

    public override bool AddsNothingTo(ComparedRule earlier) => rule.Target is null || (earlier is IptablesComparedRule other && rule.Target == other.rule.Target);

    public override bool Covers(ComparedRule later) => later is IptablesComparedRule other && RuleImplication.Covers(rule, other.rule);

    private static IEnumerable<string> KeysOf(IptablesRule rule)
    {
        foreach (var match in rule.Matches)
        {
            if (match.Negated)
                continue;
            if (match is AddressMatch { Mask: null } address && address.Prefix.IsHost)
                yield return $"{(address.IsSource ? 's' : 'd')}{address.Prefix.Address}";
            else if (match is InterfaceMatch name && !name.Name.EndsWith('+'))
                yield return $"{(name.IsIncoming ? 'i' : 'o')}{name.Name}";
        }
    }
}
