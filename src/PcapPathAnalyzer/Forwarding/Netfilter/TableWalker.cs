using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>A rule that matched, and the packet after it.</summary>
/// <param name="IsCertain">False where dumps cannot tell whether it matched, and nothing depends on it.</param>
public sealed record RuleHit(NetfilterRule Rule, PacketState Packet, bool IsCertain)
{
    /// <summary>The element of a map that decided; null where none did.</summary>
    public RuleCitation? Element { get; init; }
}

/// <summary>One way a packet can go through a built-in chain.</summary>
/// <param name="Verdict">ACCEPT, DROP, REJECT, a translation, <c>cut</c>, or <c>unknown-target</c>.</param>
/// <param name="Deciding">The rule that decided; null where the chain's policy did.</param>
/// <param name="Path">Rules that matched before the deciding one, in the kernel's order.</param>
/// <param name="Packet">The packet afterwards (marks; addresses are the translation's business).</param>
/// <param name="IsCertain">False where some rule on the way could not be decided from dumps.</param>
public sealed record TableOutcome(string Verdict, NetfilterRule? Deciding, IReadOnlyList<RuleHit> Path, PacketState Packet, bool IsCertain)
{
    /// <summary>What the deciding rule does, with the addresses that a map chose; null where the policy decided.</summary>
    public RuleTarget? Target { get; init; }

    /// <summary>The jumps, and the map elements, that lead from the built-in chain to the deciding rule.</summary>
    public IReadOnlyList<RuleCitation> Jumps { get; init; } = [];

    /// <summary>0 to 1; null where something other than the rules' own statistics leaves this way open.</summary>
    public double? Probability { get; init; } = 1;

    /// <summary>What must hold for this way, where dumps cannot tell.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];
}

/// <summary>
/// Walks a packet through one chain of a hook (ipt_do_table, net/ipv4/netfilter/ip_tables.c; nft_do_chain, net/netfilter/nf_tables_core.c), forking
/// where a match cannot be decided.
/// </summary>
public static class TableWalker
{
    /// <summary>Ways through one chain that are followed; a ruleset that branches more says so by its last outcome, verdict <c>cut</c>.</summary>
    public const int MaxOutcomes = 20_000;

    /// <summary>Jumps nested deeper than this are a loop, which the kernel would not have loaded.</summary>
    private const int MaxDepth = 64;

    public static IEnumerable<TableOutcome> Walk(NetworkNamespace ns, IptablesTable table, string chain, PacketState packet) =>
        table.Chains.TryGetValue(chain, out var start) ? Walk(new IptablesRuleset(ns, table), start, packet) : [];

    internal static IEnumerable<TableOutcome> Walk(Ruleset ruleset, NetfilterChain start, PacketState packet)
    {
        var stack = new Stack<State>();
        stack.Push(new State(new Frame(start, 0, null, null, 1), packet, null, null, 1));
        var outcomes = 0;
        while (stack.TryPop(out var state))
        {
            yield return Run(ruleset, start.Policy ?? "ACCEPT", state, stack);
            if (++outcomes >= MaxOutcomes)
            {
                yield return new TableOutcome("cut", null, [], packet, false) { Probability = null };
                yield break;
            }
        }
    }

    // Follows one way to its end; ways that fork off are left on the stack.
    private static TableOutcome Run(Ruleset ruleset, string policy, State state, Stack<State> stack)
    {
        var (frame, packet, path, conditions, probability) = state;
        var (rules, index) = (frame.Chain.AllRules, frame.Index);
        if (state.Pending is { } pending && Follow(frame.Chain.AllRules[index], pending) is { } ended)
            return ended;
        while (true)
        {
            index = ruleset.Next(frame.Chain, index, packet);
            if (index >= rules.Count)
            {
                if (frame.Caller is not { } caller)
                    return End(policy, null, null);
                Enter(caller);
                continue;
            }

            var rule = rules[index];
            var ways = ruleset.Ask(rule, packet);
            if (ways.Count == 0)
            {
                index++;
                continue;
            }

            for (var i = ways.Count - 1; i > 0; i--)
                stack.Push(new State(frame with { Index = index }, packet, path, conditions, probability) { Pending = ways[i] });
            if (Follow(rule, ways[0]) is { } end)
                return end;
        }

        TableOutcome? Follow(NetfilterRule rule, RuleWay way)
        {
            packet = way.Packet;
            if (way.Condition is { } condition)
            {
                conditions = new Link<string>(condition, conditions);
                probability = way.Probability * probability;
            }

            if (!way.IsMatch)
            {
                index++;
                return null;
            }

            switch (way.Target)
            {
                case JumpTarget jump when ruleset.Chain(jump.Name) is { IsAbsent: false } target && frame.Depth < MaxDepth:
                    Hit(rule, way);
                    Enter(new Frame(target, 0, jump.IsGoto ? frame.Caller : frame with { Index = index + 1 }, Jumped(rule, way), frame.Depth + 1));
                    return null;
                case JumpTarget or UnknownTarget:
                    return End("unknown-target", rule, way);
                case ReturnTarget:
                    Hit(rule, way);
                    if (frame.Caller is not { } returned)
                        return End(policy, null, null);
                    Enter(returned);
                    return null;
                case VerdictTarget or RejectTarget or NatTarget or NetmapTarget or TproxyTarget:
                    return End(way.Target.Name, rule, way);
                default:
                    Hit(rule, way);
                    index++;
                    return null;
            }
        }

        void Hit(NetfilterRule rule, RuleWay way) => path = new Link<RuleHit>(new RuleHit(rule, packet, way.IsCertain) { Element = way.Element }, path);

        Link<RuleCitation> Jumped(NetfilterRule rule, RuleWay way)
        {
            var jumps = new Link<RuleCitation>(new RuleCitation(rule.Location, rule.Text), frame.Jumps);
            return way.Element is { } element ? new Link<RuleCitation>(element, jumps) : jumps;
        }

        void Enter(Frame next)
        {
            frame = next;
            (rules, index) = (next.Chain.AllRules, next.Index);
        }

        TableOutcome End(string verdict, NetfilterRule? deciding, RuleWay? way) =>
            new(verdict, deciding, List(path), packet, conditions is null)
            {
                Target = way?.Target,
                Jumps = deciding is null ? [] : List(way?.Element is { } element ? new Link<RuleCitation>(element, frame.Jumps) : frame.Jumps),
                Probability = probability,
                Conditions = List(conditions),
            };
    }

    private static List<T> List<T>(Link<T>? link)
    {
        var list = new List<T>();
        for (; link is not null; link = link.Before)
            list.Add(link.Value);
        list.Reverse();
        return list;
    }

    private sealed record Link<T>(T Value, Link<T>? Before);

    private sealed record Frame(NetfilterChain Chain, int Index, Frame? Caller, Link<RuleCitation>? Jumps, int Depth);

    private sealed record State(Frame Frame, PacketState Packet, Link<RuleHit>? Path, Link<string>? Conditions, double? Probability)
    {
        /// <summary>A way of the rule at the frame's index that is still to be gone.</summary>
        public RuleWay? Pending { get; init; }
    }
}
