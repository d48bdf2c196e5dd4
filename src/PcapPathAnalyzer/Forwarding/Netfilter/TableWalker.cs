using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>One way a packet can go through a built-in chain.</summary>
/// <param name="Verdict">ACCEPT, DROP, REJECT or a translation.</param>
/// <param name="Deciding">The rule that decided; null where the chain's policy did.</param>
/// <param name="Path">Rules that matched before the deciding one, in the kernel's order.</param>
/// <param name="Packet">The packet afterwards (marks; addresses are the translation's business).</param>
/// <param name="IsCertain">False where some rule on the way could not be decided from dumps.</param>
public sealed record TableOutcome(string Verdict, IptablesRule? Deciding, IReadOnlyList<IptablesRule> Path, PacketState Packet, bool IsCertain)
{
    /// <summary>The jumps that lead from the built-in chain to the deciding rule.</summary>
    public IReadOnlyList<IptablesRule> Jumps { get; init; } = [];
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
        stack.Push(new State(new Frame(start, 0, null, null), packet, null, true));
        var outcomes = 0;
        while (stack.TryPop(out var state))
        {
            foreach (var outcome in Step(ns, table, state, stack))
            {
                yield return outcome;
                if (++outcomes >= MaxOutcomes)
                {
                    yield return new TableOutcome("cut", null, [], packet, false);
                    yield break;
                }
            }
        }
    }

    private static IEnumerable<TableOutcome> Step(NetworkNamespace ns, IptablesTable table, State state, Stack<State> stack)
    {
        var (frame, packet, path, certain) = state;
        while (true)
        {
            if (frame.Index >= frame.Chain.Rules.Count)
            {
                if (frame.Caller is { } caller)
                {
                    frame = caller;
                    continue;
                }

                yield return new TableOutcome(frame.Chain.Policy ?? "ACCEPT", null, List(path), packet, certain);
                yield break;
            }

            var rule = frame.Chain.Rules[frame.Index];
            var answer = RuleMatcher.Matches(ns, rule, packet);
            var next = frame with { Index = frame.Index + 1 };
            if (answer == Answer.No)
            {
                frame = next;
                continue;
            }

            // The way on which an undecided rule does not match is followed later; statistics of the last endpoint have no such way.
            if (answer == Answer.Unknown)
            {
                stack.Push(new State(next, packet, path, false));
                certain = false;
            }

            switch (rule.Target)
            {
                case JumpTarget jump when table.Chains.TryGetValue(jump.Name, out var target) && Depth(frame) < MaxDepth:
                    path = new Link(rule, path);
                    frame = new Frame(target, 0, jump.IsGoto ? next.Caller : next, new Link(rule, frame.Jumps));
                    break;
                case ReturnTarget when frame.Caller is { } back:
                    path = new Link(rule, path);
                    frame = back;
                    break;
                case ReturnTarget:
                    yield return new TableOutcome(frame.Chain.Policy ?? "ACCEPT", null, List(new Link(rule, path)), packet, certain);
                    yield break;
                case MarkTarget mark:
                    packet = packet with { Mark = (packet.Mark & ~mark.Clear) ^ mark.Xor };
                    path = new Link(rule, path);
                    frame = next;
                    break;
                case VerdictTarget or RejectTarget or NatTarget:
                    yield return new TableOutcome(rule.Target.Name, rule, List(path), packet, certain) { Jumps = List(frame.Jumps) };
                    yield break;
                default:
                    path = new Link(rule, path);
                    frame = next;
                    break;
            }
        }
    }

    private static int Depth(Frame frame)
    {
        var depth = 0;
        for (var f = frame; f is not null; f = f.Caller)
            depth++;
        return depth;
    }

    private static List<IptablesRule> List(Link? link)
    {
        var list = new List<IptablesRule>();
        for (; link is not null; link = link.Before)
            list.Add(link.Rule);
        list.Reverse();
        return list;
    }

    private sealed record Link(IptablesRule Rule, Link? Before);

    private sealed record Frame(IptablesChain Chain, int Index, Frame? Caller, Link? Jumps);

    private sealed record State(Frame Frame, PacketState Packet, Link? Path, bool Certain);
}
