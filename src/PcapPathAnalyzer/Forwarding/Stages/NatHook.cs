using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>
/// Translation at one hook (nf_nat_inet_fn, net/netfilter/nf_nat_core.c): the first packet of a connection asks the nat table, every packet is
/// then changed as the connection says, replies inversely.
/// </summary>
internal static class NatHook
{
    public static IReadOnlyList<Branch> Run(Branch branch, string hook, HookEntry entry)
    {
        if (branch.Packet.Connection is not { } connection)
            return [branch];
        var isDestination = entry.Kind == HookKind.DestinationNat;
        // The reset of a REJECT still has the chains asked that the refused packet did not reach: they change the connection, and the reset as an answer of it.
        if (branch.Packet is { ConntrackState: "RELATED", IcmpError: null } && !(isDestination ? connection.IsDestinationDone : connection.IsSourceDone))
            return [.. Translate(branch, hook, entry.Chains, isDestination).Select(b => b.Verdict is null ? NatReply.Undo(b, b.Packet.Connection!, hook, isDestination) : b)];
        if (branch.Packet is { AssumeEstablished: true, IsReply: false, IcmpError: null } && !(isDestination ? connection.IsDestinationDone : connection.IsSourceDone))
            return [.. Translate(branch with { Packet = branch.Packet with { ConntrackState = "NEW", Mark = connection.FirstMark ?? branch.Packet.Mark } }, hook, entry.Chains, isDestination).Select(b => EstablishedConnection.Translated(branch, b))];
        if (branch.Packet.IsReply || branch.Packet.IcmpError is not null)
            return [NatReply.Undo(branch, connection, hook, isDestination)];
        if (branch.Packet.ConntrackState != "NEW" || (isDestination ? connection.IsDestinationDone : connection.IsSourceDone))
            return [NatReply.Repeat(branch, connection, hook, isDestination)];
        return Translate(branch, hook, entry.Chains, isDestination);
    }

    private static IReadOnlyList<Branch> Translate(Branch branch, string hook, IReadOnlyList<HookChain> chains, bool isDestination)
    {
        var asked = Ask(branch, hook, chains, isDestination);
        return isDestination || chains.Count == 0 ? asked : [.. asked.SelectMany(b => Evade(b, hook))];
    }

    // All nat chains of both tools are asked in turn until one translates.
    private static List<Branch> Ask(Branch branch, string hook, IReadOnlyList<HookChain> chains, bool isDestination)
    {
        var open = new List<Branch> { branch };
        var done = new List<Branch>();
        foreach (var chain in chains)
        {
            var next = new List<Branch>();
            foreach (var (b, outcome) in open.SelectMany(b => NetfilterHook.Outcomes(b, chain, hook)))
            {
                if (outcome.Verdict is "cut" or "unknown-target")
                    done.Add(b.CannotTell(outcome.Verdict == "cut" ? $"nat {hook} branches more than {TableWalker.MaxOutcomes} times; the rest is cut" : $"what target {outcome.Target?.Name} does is not known", outcome.Deciding?.Location));
                else if (outcome.Verdict == "DROP")
                    done.Add(b.Add(b.Steps!.Step with { Kind = StepKind.Drop, Text = $"dropped in nat {hook}" }).End(Verdict.DroppedByRule, $"dropped in nat {hook}"));
                else if (outcome is { Deciding: { } rule, Target: NatTarget or NetmapTarget })
                    done.AddRange(Translation.Apply(b, rule, outcome.Target, hook, isDestination));
                else
                    next.Add(b);
            }

            if (next.Count == 0 && done.Count > 0)
                return done;
            open = next.Count > 0 ? next : open;
        }

        done.AddRange(open.Select(b => Null(b, isDestination)));
        return done;
    }

    // Answers that would be another connection's packets: another source port is chosen, rule or none (get_unique_tuple, nf_nat_core.c). Since 6.12 not
    // where the other one is this one's exact reverse and untranslated (nf_nat_used_tuple_new): then the packet is lost (Conntrack.Confirm).
    private static IEnumerable<Branch> Evade(Branch b, string hook)
    {
        if (b.Verdict is not null || b.Packet.Connection is not { } c || Conntrack.Collision(b, c) is not { } other || !b.Packet.Tuple.Protocol.HasPorts())
            return [b];
        var evaded = Translation.OtherPort(b, c, hook);
        return other.IsSourceTranslated || other.IsDestinationTranslated || other.Reply != c.Original
            ? [evaded]
            : [evaded.If($"the kernel of {b.Namespace.Name} is older than 6.12", isUsual: false), b.If($"the kernel of {b.Namespace.Name} is 6.12 or later", isUsual: false)];
    }

    // No rule translates: decided for good, for this connection (nf_nat_alloc_null_binding).
    private static Branch Null(Branch b, bool isDestination)
    {
        var c = b.Packet.Connection!;
        c = isDestination ? c with { IsDestinationDone = true } : c with { IsSourceDone = true };
        return b.Keep(c) with { Packet = b.Packet with { Connection = c } };
    }
}
