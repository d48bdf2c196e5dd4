using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Routing;

/// <summary>Policy rules in order of priority, each naming a table (net/core/fib_rules.c, fib_rules_lookup); more than one decision where dumps leave a rule or a next hop open.</summary>
public static class PolicyRouting
{
    // fib_default_rules_init (net/ipv4/fib_rules.c); IPv6 has no table default.
    private static readonly List<(int Priority, string Table)> Usual = [(0, "local"), (32766, "main"), (32767, "default")];

    public static IReadOnlyList<RouteDecision> Decide(NetworkNamespace ns, RouteQuery query)
    {
        var decisions = new List<RouteDecision>();
        Decide(ns, query, decisions);
        return decisions;
    }

    private static void Decide(NetworkNamespace ns, RouteQuery query, List<RouteDecision> decisions)
    {
        string? condition = null;
        long skipTo = long.MinValue;
        var isIpv6 = query.Destination.IsIpv6;
        foreach (var (rule, isDefault) in Rules(ns, isIpv6))
        {
            if (rule.Priority < skipTo)
                continue;
            var answer = PolicyRuleMatcher.Ask(rule, query);
            if (answer == Answer.No)
                continue;
            var found = Take(ns, rule, query, ref skipTo);
            if (found.Count == 0)
                continue;
            if (answer == Answer.Yes)
            {
                decisions.AddRange(found.Select(f => With(f, condition, isDefault ? null : rule)));
                return;
            }

            var open = $"{rule.Location}: the rule of priority {rule.Priority}";
            decisions.AddRange(found.Select(f => With(f, Join(condition, $"{open} matches"), rule)));
            condition = Join(condition, $"{open} does not match");
        }

        decisions.Add(With(new RouteDecision(RouteKind.None), condition, null));
    }

    private static IReadOnlyList<RouteDecision> Take(NetworkNamespace ns, PolicyRuleRecord rule, RouteQuery query, ref long skipTo)
    {
        switch (rule.Action)
        {
            case "blackhole":
                return [new RouteDecision(RouteKind.Blackhole)];
            case "unreachable":
                return [new RouteDecision(RouteKind.Unreachable)];
            case "prohibit":
                return [new RouteDecision(RouteKind.Prohibit)];
            case "nop":
                return [];
            case "goto":
                if (rule.Details.TryGetValue("goto", out var target) && long.TryParse(target, System.Globalization.CultureInfo.InvariantCulture, out var priority))
                    skipTo = priority;
                return [];
            default:
                return RouteTables.Find(ns, rule.Table ?? "main", query, rule.SuppressPrefixLength);
        }
    }

    private static RouteDecision With(RouteDecision decision, string? condition, PolicyRuleRecord? rule) =>
        decision with { Rule = rule, Condition = Join(condition, decision.Condition), Probability = condition is null ? decision.Probability : null };

    private static string? Join(string? a, string? b) => a is null ? b : b is null ? a : $"{a}; {b}";

    /// <summary>True for a rule of a priority that the kernel's own three have.</summary>
    public static bool IsUsual(PolicyRuleRecord rule) => Usual.Exists(u => u.Priority == rule.Priority);

    /// <summary>
    /// What the kernel asks of a packet that no socket asks for: protocol and ports only where a rule of more than what the namespace sends itself names
    /// any (fib4_rules_early_flow_dissect, include/net/ip_fib.h).
    /// </summary>
    public static RouteQuery Dissected(NetworkNamespace ns, RouteQuery query)
    {
        var isIpv6 = query.Destination.IsIpv6;
        return ns.PolicyRules.Any(r => r.IsIpv6 == isIpv6 && r.IncomingInterface != "lo" && (r.Protocol is not null || r.Details.ContainsKey("sport") || r.Details.ContainsKey("dport")))
            ? query
            : query with { Protocol = default, SourcePorts = default, DestinationPorts = default };
    }

    private static IEnumerable<(PolicyRuleRecord Rule, bool IsDefault)> Rules(NetworkNamespace ns, bool isIpv6)
    {
        var dumped = ns.PolicyRules.Where(r => r.IsIpv6 == isIpv6).OrderBy(r => r.Priority).ToList();
        if (dumped.Count > 0)
            return dumped.Select(r => (r, false));
        return Usual.Select(u => (new PolicyRuleRecord { Location = default, Priority = u.Priority, IsIpv6 = isIpv6, Table = u.Table }, true));
    }
}
