using PcapPathAnalyzer.Checks.Shadowing;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Netfilter.Nftables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>A rule that can never match, since an earlier one of its chain ends the walk for every packet it asks for.</summary>
internal sealed class ShadowedRule : IDumpCheck
{
    private static readonly CheckCode Code = new("shadowed-rule", Severity.Warning, "A rule can never match: an earlier rule of its chain ends the walk for all its packets (an info where both do the same).");

    // Earlier rules that are compared per rule and kind of key: keeps a chain of n rules at n steps. Beyond it nothing is claimed.
    private const int MaxCandidates = 32;

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var ns in dumps.Namespaces)
        {
            var iptables = ns.Tables.SelectMany(static t => t.Chains.Values).Select(static c => c.Rules.Select(static r => (ComparedRule)new IptablesComparedRule(r)));
            var nft = NftTables.Walked(ns).SelectMany(static t => t.Chains.Values).Select(static c => c.Rules.Select(static r => (ComparedRule)new NftComparedRule(r)));
            foreach (var remark in iptables.Concat(nft).SelectMany(chain => Chain(ns, chain)))
                yield return remark;
        }
    }

    private static IEnumerable<DumpRemark> Chain(NetworkNamespace ns, IEnumerable<ComparedRule> chain)
    {
        var terminal = new Dictionary<string, List<(ComparedRule Rule, int ChangesBefore)>>(StringComparer.Ordinal);
        var changes = 0;
        foreach (var rule in chain)
        {
            if (Shadowing(terminal, rule, changes) is { } earlier)
                yield return Remark(ns, rule, earlier);
            else if (rule.IsTerminal)
                Remember(terminal, rule.Keys.FirstOrDefault(""), (rule, changes));
            if (rule.MayChangePacket)
                changes++;
        }
    }

    private static ComparedRule? Shadowing(Dictionary<string, List<(ComparedRule Rule, int ChangesBefore)>> terminal, ComparedRule later, int changes)
    {
        foreach (var key in later.Keys.Append(""))
        {
            if (!terminal.TryGetValue(key, out var candidates))
                continue;
            foreach (var (rule, before) in candidates)
            {
                if ((before == changes || !rule.AsksForMutable) && rule.Covers(later))
                    return rule;
            }
        }

        return null;
    }

    private static void Remember(Dictionary<string, List<(ComparedRule Rule, int ChangesBefore)>> terminal, string key, (ComparedRule, int) rule)
    {
        if (!terminal.TryGetValue(key, out var list))
            terminal.Add(key, list = []);
        if (list.Count < MaxCandidates)
            list.Add(rule);
    }

    private static DumpRemark Remark(NetworkNamespace ns, ComparedRule rule, ComparedRule earlier)
    {
        var (at, before) = (rule.Rule.Location, earlier.Rule.Location);
        return Code.At(ns, at, rule.AddsNothingTo(earlier) ? Severity.Info : Severity.Warning, $"{rule.Action ?? "counting"} here never happens: line {before.Line} of {rule.Rule.Chain} ends in {earlier.Action} for all packets of this rule ({Words.At(before)})", before);
    }
}
