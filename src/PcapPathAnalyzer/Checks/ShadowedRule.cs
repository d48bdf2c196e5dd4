using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>A rule that can never match, since an earlier one of its chain ends the walk for every packet it asks for.</summary>
internal sealed class ShadowedRule : IDumpCheck
{
    private static readonly CheckCode Code = new("shadowed-rule", Severity.Warning, "A rule can never match: an earlier rule of its chain ends the walk for all its packets (an info where both do the same).");

    // Earlier rules that are compared per rule and kind of key: keeps a chain of n rules at n steps. Beyond it nothing is claimed.
    private const int MaxCandidates = 32;

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps) =>
        from ns in dumps.Namespaces
        from table in ns.Tables
        from chain in table.Chains.Values
        from remark in Chain(ns, chain)
        select remark;

    private static IEnumerable<DumpRemark> Chain(NetworkNamespace ns, IptablesChain chain)
    {
        var terminal = new Dictionary<string, List<(IptablesRule Rule, int ChangesBefore)>>(StringComparer.Ordinal);
        var changes = 0;
        foreach (var rule in chain.Rules)
        {
            if (Shadowing(terminal, rule, changes) is { } earlier)
                yield return Remark(ns, rule, earlier);
            else if (IsTerminal(rule))
                Remember(terminal, Keys(rule).FirstOrDefault(""), (rule, changes));
            if (MayChangePacket(rule.Target))
                changes++;
        }
    }

    private static IptablesRule? Shadowing(Dictionary<string, List<(IptablesRule Rule, int ChangesBefore)>> terminal, IptablesRule later, int changes)
    {
        foreach (var key in Keys(later).Append(""))
        {
            if (!terminal.TryGetValue(key, out var candidates))
                continue;
            foreach (var (rule, before) in candidates)
            {
                if ((before == changes || !AsksForMutable(rule)) && RuleImplication.Covers(rule, later))
                    return rule;
            }
        }

        return null;
    }

    private static void Remember(Dictionary<string, List<(IptablesRule Rule, int ChangesBefore)>> terminal, string key, (IptablesRule, int) rule)
    {
        if (!terminal.TryGetValue(key, out var list))
            terminal.Add(key, list = []);
        if (list.Count < MaxCandidates)
            list.Add(rule);
    }

    // What a covering rule must share: if it asks for one host or one interface, so must the rule it covers. The first is the rule's own key.
    private static IEnumerable<string> Keys(IptablesRule rule)
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

    private static bool IsTerminal(IptablesRule rule) => rule.Target is VerdictTarget { Name: "ACCEPT" or "DROP" } or RejectTarget or ReturnTarget or NatTarget or JumpTarget { IsGoto: true };

    private static bool MayChangePacket(RuleTarget? target) => target is not (null or VerdictTarget or RejectTarget or ReturnTarget or NatTarget);

    private static bool AsksForMutable(IptablesRule rule) => rule.Matches.Any(m => m is MarkMatch or TrafficClassMatch or TtlMatch or TcpMssMatch or SetMatch or ConntrackStatusMatch);

    private static DumpRemark Remark(NetworkNamespace ns, IptablesRule rule, IptablesRule earlier)
    {
        // A rule that only counts, or does what happens anyway, is missed by nobody.
        var same = rule.Target is null || rule.Target == earlier.Target;
        return Code.At(ns, rule.Location, same ? Severity.Info : Severity.Warning,
            $"{Target(rule)} here never happens: line {earlier.Location.Line} of {rule.Chain} ends in {Target(earlier)} for all packets of this rule ({Words.At(earlier.Location)})", earlier.Location);
    }

    private static string Target(IptablesRule rule) => rule.Target?.Name ?? "counting";
}
