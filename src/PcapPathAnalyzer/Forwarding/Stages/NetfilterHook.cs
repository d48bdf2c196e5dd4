using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Runs everything registered at one hook over a packet (nf_hook_slow, net/netfilter/core.c).</summary>
internal static class NetfilterHook
{
    /// <summary>Every way through the hook; those that go on have no verdict.</summary>
    public static IReadOnlyList<Branch> Run(WalkContext context, Branch branch, string hook)
    {
        IReadOnlyList<Branch> now = [branch];
        foreach (var (kind, table) in Hooks.At(hook))
        {
            if (now.Count == 1 && now[0].Verdict is null)
                now = Step(context, now[0], hook, kind, table);
            else
                now = [.. now.SelectMany(b => b.Verdict is null ? Step(context, b, hook, kind, table) : [b])];
        }

        return now;
    }

    private static IReadOnlyList<Branch> Step(WalkContext context, Branch branch, string hook, HookKind kind, string table)
    {
        var ends = Run(context, branch, hook, kind, table);
        return hook == "OUTPUT" && table is "mangle" or "nat" ? [.. ends.SelectMany(b => OutputRouting.Again(context, branch, b))] : ends;
    }

    private static IReadOnlyList<Branch> Run(WalkContext context, Branch branch, string hook, HookKind kind, string table) => kind switch
    {
        HookKind.Conntrack => [Conntrack.Track(context, branch)],
        HookKind.Confirm => [Conntrack.Confirm(branch)],
        HookKind.DestinationNat or HookKind.SourceNat => NatHook.Run(context, branch, hook, kind),
        _ => Table(context, branch, hook, table),
    };

    private static IReadOnlyList<Branch> Table(WalkContext context, Branch branch, string hook, string name)
    {
        IReadOnlyList<Branch> now = [branch];
        foreach (var table in context.Tables(branch.Namespace, name, branch.Packet.Tuple.Destination.IsIpv6))
            now = [.. now.SelectMany(b => b.Verdict is null ? Outcomes(b, table, hook).Select(o => Finish(o.Branch, o.Outcome, table, hook)) : [b])];
        return now;
    }

    /// <summary>The ways through a table's chain, their steps added, the deciding rule's too.</summary>
    public static IEnumerable<(Branch Branch, TableOutcome Outcome)> Outcomes(Branch branch, IptablesTable table, string hook)
    {
        foreach (var outcome in TableWalker.Walk(branch.Namespace, table, hook, branch.Packet))
        {
            var b = branch;
            foreach (var hit in outcome.Path)
                b = (b with { Packet = hit.Packet }).Add(Step(b, StepKind.Rule, table, hook, hit.Rule, hit.IsCertain || hit.Rule.Target is not (null or ContinueTarget) ? hit.Rule.Text : $"{hit.Rule.Text} (whether it matches cannot be told, and changes nothing)", hit.Packet));
            b = b with { Packet = outcome.Packet };
            if (outcome.Packet.Connection is { } c && !ReferenceEquals(c, branch.Packet.Connection))
                b = b.Keep(c);
            foreach (var condition in outcome.Conditions)
                b = b with { Conditions = b.Conditions.Contains(condition) ? b.Conditions : b.Conditions.Add(condition) };
            b = b with { Probability = b.Probability * outcome.Probability };
            if (outcome.Deciding is { } rule)
                b = b.Add(Step(b, StepKind.Rule, table, hook, rule, rule.Text, b.Packet));
            else if (table.Chains.TryGetValue(hook, out var chain) && outcome.Verdict != "cut")
                b = b.Add(new PathStep(StepKind.Policy, b.Namespace.Name, $":{chain.Name} {chain.Policy ?? "ACCEPT"}", b.Packet) { Hook = hook, Table = table.Name, Chain = chain.Name, Location = chain.Location, Depth = b.Depth });
            yield return (b, outcome);
        }
    }

    private static Branch Finish(Branch b, TableOutcome outcome, IptablesTable table, string hook)
    {
        switch (outcome.Verdict)
        {
            case "DROP":
                var why = outcome.Deciding is { } rule ? $"dropped by a rule of {table.Name} {rule.Chain}{Comment(rule)}" : $"dropped by the policy of {table.Name} {hook}";
                return b.Add(Last(b, StepKind.Drop, why)).End(Verdict.DroppedByRule, why);
            case "REJECT":
                var with = (outcome.Deciding?.Target as RejectTarget)?.With ?? "icmp-port-unreachable";
                var text = $"rejected with {with} by a rule of {table.Name} {outcome.Deciding?.Chain}{Comment(outcome.Deciding)}";
                return b.Add(Last(b, StepKind.Reject, text)).End(Verdict.RejectedByRule, text) with { Answer = new IcmpAnswer(with) };
            case "cut":
                return b.CannotTell($"{table.Name} {hook} branches more than {TableWalker.MaxOutcomes} times; the rest is cut");
            case "unknown-target":
                return b.CannotTell($"what target {outcome.Deciding?.Target?.Name} does is not known; the packets' counters of that rule would tell", outcome.Deciding?.Location);
            case "QUEUE" or "NFQUEUE":
                return b.CannotTell($"a program in user space decides ({outcome.Verdict})", outcome.Deciding?.Location);
            default:
                return b;
        }
    }

    private static PathStep Last(Branch b, StepKind kind, string text) => b.Steps!.Step with { Kind = kind, Text = text };

    private static string Comment(IptablesRule? rule) => rule?.Comment is { Length: > 0 } c ? $" (\"{c}\")" : "";

    private static PathStep Step(Branch b, StepKind kind, IptablesTable table, string hook, IptablesRule rule, string text, PacketState packet) =>
        new(kind, b.Namespace.Name, text, packet) { Hook = hook, Table = table.Name, Chain = rule.Chain, Location = rule.Location, Depth = b.Depth };
}
