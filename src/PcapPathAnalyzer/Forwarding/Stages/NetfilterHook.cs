using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Ipvs;
using PcapPathAnalyzer.Forwarding.Netfilter;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Runs everything registered at one hook over a packet (nf_hook_slow, net/netfilter/core.c).</summary>
internal static class NetfilterHook
{
    /// <summary>Every way through the hook; those that go on have no verdict.</summary>
    public static IReadOnlyList<Branch> Run(WalkContext context, Branch branch, string hook)
    {
        IReadOnlyList<Branch> now = [branch];
        foreach (var entry in Hooks.At(branch.Namespace, hook, branch.Packet.Tuple.Destination.IsIpv6))
        {
            if (now.Count == 1 && IsHere(now[0]))
                now = Step(context, now[0], hook, entry);
            else
                now = [.. now.SelectMany(b => IsHere(b) ? Step(context, b, hook, entry) : [b])];
        }

        return now;
    }

    private static bool IsHere(Branch b) => b.Verdict is null && b.Taken is null;

    // What a chain changed may lead another way (ip_route_me_harder): after the nat chains, iptables' mangle table and nftables' chains of type route.
    private static IReadOnlyList<Branch> Step(WalkContext context, Branch branch, string hook, HookEntry entry)
    {
        var ends = Run(context, branch, hook, entry);
        var isNat = entry.Kind == HookKind.DestinationNat;
        return hook == "OUTPUT" && (isNat || entry.Chains is [{ Reroutes: true }]) ? [.. ends.SelectMany(b => OutputRouting.Again(context, branch, b, isNat))] : ends;
    }

    private static IReadOnlyList<Branch> Run(WalkContext context, Branch branch, string hook, HookEntry entry) => entry.Kind switch
    {
        HookKind.Conntrack => Conntrack.Track(context, branch),
        HookKind.Confirm => [Conntrack.Confirm(branch)],
        HookKind.VirtualAnswer => [.. AnswerHook.Run(context, branch, hook)],
        HookKind.VirtualService => [.. ServiceHook.Run(context, branch, hook)],
        HookKind.DestinationNat or HookKind.SourceNat => NatHook.Run(branch, hook, entry),
        _ => [.. Outcomes(branch, entry.Chains[0], hook).Select(o => Finish(o.Branch, o.Outcome, entry.Chains[0], hook))],
    };

    /// <summary>The ways through a chain, their steps added, the deciding rule's too.</summary>
    public static IEnumerable<(Branch Branch, TableOutcome Outcome)> Outcomes(Branch branch, HookChain chain, string hook)
    {
        foreach (var outcome in TableWalker.Walk(chain.Ruleset, chain.Chain, branch.Packet))
        {
            var b = branch;
            foreach (var hit in outcome.Path)
                b = (b with { Packet = hit.Packet }).Add(Step(b, chain, hook, hit.Rule, Text(hit), hit.Packet) with { Element = hit.Element });
            b = b with { Packet = outcome.Packet };
            if (outcome.Packet.Connection is { } c && !ReferenceEquals(c, branch.Packet.Connection))
                b = b.Keep(c);
            foreach (var condition in outcome.Conditions)
                b = b with { Conditions = b.Conditions.Contains(condition) ? b.Conditions : b.Conditions.Add(condition) };
            b = b with { Probability = b.Probability * outcome.Probability };
            if (outcome.Deciding is { } rule)
                b = b.Add(Step(b, chain, hook, rule, rule.Text, b.Packet));
            else if (outcome.Verdict != "cut")
                b = b.Add(new PathStep(StepKind.Policy, b.Namespace.Name, chain.Chain.PolicyLine.Text, b.Packet) { Hook = hook, Table = chain.Ruleset.Table, Chain = chain.Chain.Name, BaseChain = chain.Chain.Name, Location = chain.Chain.PolicyLine.Location, Depth = b.Depth });
            yield return (b, outcome);
        }
    }

    private static Branch Finish(Branch b, TableOutcome outcome, HookChain chain, string hook)
    {
        switch (outcome.Verdict)
        {
            case "DROP":
                var why = outcome.Deciding is { } rule ? $"dropped by a rule of {chain.Ruleset.Table} {rule.Chain}{Comment(rule)}" : $"dropped by the policy of {chain.Ruleset.Table} {hook}";
                return b.Add(Last(b, StepKind.Drop, why)).End(Verdict.DroppedByRule, why);
            case "REJECT":
                var with = (outcome.Target as RejectTarget)?.With ?? "icmp-port-unreachable";
                var text = $"rejected with {with} by a rule of {chain.Ruleset.Table} {outcome.Deciding?.Chain}{Comment(outcome.Deciding)}";
                return b.Add(Last(b, StepKind.Reject, text)).End(Verdict.RejectedByRule, text) with { Answer = new IcmpAnswer(with) };
            case "cut":
                return b.CannotTell($"{chain.Ruleset.Table} {hook} branches more than {TableWalker.MaxOutcomes} times; the rest is cut");
            case "unknown-target":
                return b.CannotTell($"what target {outcome.Target?.Name} does is not known; the packets' counters of that rule would tell", outcome.Deciding?.Location);
            case "TPROXY" when outcome.Target is TproxyTarget proxy:
                return TransparentProxy.Assign(b, proxy, $"{chain.Ruleset.Table} {outcome.Deciding?.Chain}");
            case "QUEUE" or "NFQUEUE":
                return b.CannotTell($"a program in user space decides ({outcome.Verdict})", outcome.Deciding?.Location);
            default:
                return b;
        }
    }

    private static PathStep Last(Branch b, StepKind kind, string text) => b.Steps!.Step with { Kind = kind, Text = text };

    private static string Comment(NetfilterRule? rule) => rule?.Comment is { Length: > 0 } c ? $" (\"{c}\")" : "";

    private static string Text(RuleHit hit) => hit.IsCertain ? hit.Rule.Text : $"{hit.Rule.Text} (whether it matches cannot be told, and changes nothing)";

    private static PathStep Step(Branch b, HookChain chain, string hook, NetfilterRule rule, string text, PacketState packet) =>
        new(StepKind.Rule, b.Namespace.Name, text, packet) { Hook = hook, Table = chain.Ruleset.Table, Chain = rule.Chain, BaseChain = chain.Chain.Name, Location = rule.Location, Depth = b.Depth };
}
