using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>A rule that matched, and the packet after it.</summary>
/// <param name="IsCertain">False where dumps cannot tell whether it matched, and this way takes it as a match.</param>
public sealed record RuleHit(IptablesRule Rule, PacketState Packet, bool IsCertain);

/// <summary>One way a packet can go through a built-in chain.</summary>
/// <param name="Verdict">ACCEPT, DROP, REJECT, a translation, <c>cut</c>, or <c>unknown-target</c>.</param>
/// <param name="Deciding">The rule that decided; null where the chain's policy did.</param>
/// <param name="Path">Rules that matched before the deciding one, in the kernel's order.</param>
/// <param name="Packet">The packet afterwards (marks; addresses are the translation's business).</param>
/// <param name="IsCertain">False where some rule on the way could not be decided from dumps.</param>
public sealed record TableOutcome(string Verdict, IptablesRule? Deciding, IReadOnlyList<RuleHit> Path, PacketState Packet, bool IsCertain)
{
    /// <summary>The jumps that lead from the built-in chain to the deciding rule.</summary>
    public IReadOnlyList<IptablesRule> Jumps { get; init; } = [];

    /// <summary>0 to 1; null where something other than the rules' own statistics leaves this way open.</summary>
    public double? Probability { get; init; } = 1;

    /// <summary>What must hold for this way, where dumps cannot tell.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];
}

/// <summary>Walks a packet through one built-in chain of a table (net/ipv4/netfilter/ip_tables.c, ipt_do_table), forking where a match cannot be decided.</summary>
public static class TableWalker
{
    /// <summary>Ways through one chain that are followed; a ruleset that branches more says so by its last outcome, verdict <c>cut</c>.</summary>
    public const int MaxOutcomes = 20_000;

    /// <summary>Jumps nested deeper than this are a loop, which the kernel would not have loaded.</summary>
    private const int MaxDepth = 64;

    public static IEnumerable<TableOutcome> Walk(NetworkNamespace ns, IptablesTable table, string chain, PacketState packet)
    {
        if (!table.Chains.TryGetValue(chain, out var start))
            yield break;
        var stack = new Stack<State>();
        stack.Push(new State(new Frame(start, 0, null, null, 1), packet, null, null, 1));
        var outcomes = 0;
        while (stack.TryPop(out var state))
        {
            yield return Run(ns, table, start.Policy ?? "ACCEPT", state, stack);
            if (++outcomes >= MaxOutcomes)
            {
                yield return new TableOutcome("cut", null, [], packet, false) { Probability = null };
                yield break;
            }
        }
    }

    // Follows one way to its end; ways that fork off are left on the stack.
    private static TableOutcome Run(NetworkNamespace ns, IptablesTable table, string policy, State state, Stack<State> stack)
    {
        var (frame, packet, path, conditions, probability) = state;
        var (chain, index) = (frame.Chain, frame.Index);
        while (true)
        {
            if (index >= chain.Rules.Count)
            {
                if (frame.Caller is not { } caller)
                    return End(policy, null);
                Enter(caller);
                continue;
            }

            var rule = chain.Rules[index];
            var answer = RuleMatcher.Matches(ns, rule, packet);
            if (answer == Answer.No)
            {
                index++;
                continue;
            }

            // A rule that only counts or logs changes nothing: whether it matched needs no fork.
            var forks = answer == Answer.Unknown && rule.Target is not (null or ContinueTarget);
            if (forks)
            {
                var p = RuleMatcher.Probability(ns, rule, packet);
                var open = RuleMatcher.Open(ns, rule, packet);
                stack.Push(new State(frame with { Index = index + 1 }, packet, path, new Link<string>(Condition(rule, open, matches: false), conditions), p is { } q && probability is { } had ? had * (1 - q) : null));
                conditions = new Link<string>(Condition(rule, open, matches: true), conditions);
                probability = p * probability;
            }

            var certain = answer == Answer.Yes;
            switch (rule.Target)
            {
                case JumpTarget jump when table.Chains.TryGetValue(jump.Name, out var target) && !target.IsAbsent && frame.Depth < MaxDepth:
                    Hit(certain);
                    var back = frame with { Index = index + 1 };
                    Enter(new Frame(target, 0, jump.IsGoto ? frame.Caller : back, new Link<IptablesRule>(rule, frame.Jumps), frame.Depth + 1));
                    break;
                case JumpTarget or UnknownTarget:
                    Hit(certain);
                    return End("unknown-target", rule, isHit: true);
                case ReturnTarget:
                    Hit(certain);
                    if (frame.Caller is not { } returned)
                        return End(policy, null);
                    Enter(returned);
                    break;
                case VerdictTarget or RejectTarget or NatTarget or NetmapTarget or TproxyTarget:
                    return End(rule.Target.Name, rule);
                default:
                    packet = Apply(rule.Target, packet);
                    Hit(certain);
                    index++;
                    break;
            }

            void Hit(bool isCertain) => path = new Link<RuleHit>(new RuleHit(rule, packet, isCertain), path);
        }

        void Enter(Frame next)
        {
            frame = next;
            (chain, index) = (next.Chain, next.Index);
        }

        TableOutcome End(string verdict, IptablesRule? deciding, bool isHit = false) =>
            new(verdict, deciding, List(isHit ? path?.Before : path), packet, conditions is null)
            {
                Jumps = deciding is null ? [] : List(frame.Jumps),
                Probability = probability,
                Conditions = List(conditions),
            };
    }

    private static PacketState Apply(RuleTarget? target, PacketState packet) => target switch
    {
        MarkTarget m => packet with { Mark = (packet.Mark & ~m.Clear) ^ m.Xor },
        ConnmarkTarget m => ConnectionMarks.Apply(m, packet),
        CtTarget { NoTrack: true } => packet with { Connection = null, ConntrackState = "UNTRACKED" },
        _ => packet,
    };

    private static string Condition(IptablesRule rule, string open, bool matches) =>
        $"{rule.Location}: {open} {(matches ? "matches" : "does not match")}";

    private static List<T> List<T>(Link<T>? link)
    {
        var list = new List<T>();
        for (; link is not null; link = link.Before)
            list.Add(link.Value);
        list.Reverse();
        return list;
    }

    private sealed record Link<T>(T Value, Link<T>? Before);

    private sealed record Frame(IptablesChain Chain, int Index, Frame? Caller, Link<IptablesRule>? Jumps, int Depth);

    private sealed record State(Frame Frame, PacketState Packet, Link<RuleHit>? Path, Link<string>? Conditions, double? Probability);
}
