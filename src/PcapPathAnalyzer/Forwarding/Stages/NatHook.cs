using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>
/// Translation at one hook (nf_nat_inet_fn, net/netfilter/nf_nat_core.c): the first packet of a connection asks the nat table, every packet is
/// then changed as the connection says, replies inversely.
/// </summary>
internal static class NatHook
{
    public static IReadOnlyList<Branch> Run(WalkContext context, Branch branch, string hook, HookKind kind)
    {
        if (branch.Packet.Connection is not { } connection)
            return [branch];
        var isDestination = kind == HookKind.DestinationNat;
        if (branch.Packet.IsReply || branch.Packet.IcmpError is not null)
            return [NatReply.Undo(branch, connection, hook, isDestination)];
        if (branch.Packet.ConntrackState != "NEW" || (isDestination ? connection.IsDestinationDone : connection.IsSourceDone))
            return [NatReply.Repeat(branch, connection, hook, isDestination)];
        return Ask(context, branch, hook, isDestination);
    }

    // Legacy and nft tables are asked in turn until one translates.
    private static List<Branch> Ask(WalkContext context, Branch branch, string hook, bool isDestination)
    {
        var open = new List<Branch> { branch };
        var done = new List<Branch>();
        foreach (var table in context.Tables(branch.Namespace, "nat", branch.Packet.Tuple.Destination.IsIpv6))
        {
            var next = new List<Branch>();
            foreach (var (b, outcome) in open.SelectMany(b => NetfilterHook.Outcomes(b, table, hook)))
            {
                if (outcome.Verdict is "cut" or "unknown-target")
                    done.Add(b.CannotTell(outcome.Verdict == "cut" ? $"nat {hook} branches more than {TableWalker.MaxOutcomes} times; the rest is cut" : $"what target {outcome.Deciding?.Target?.Name} does is not known", outcome.Deciding?.Location));
                else if (outcome.Verdict == "DROP")
                    done.Add(b.Add(b.Steps!.Step with { Kind = StepKind.Drop, Text = $"dropped in nat {hook}" }).End(Verdict.DroppedByRule, $"dropped in nat {hook}"));
                else if (outcome.Deciding?.Target is NatTarget or NetmapTarget)
                    done.AddRange(Translation.Apply(b, outcome.Deciding, hook, isDestination));
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

    // No rule translates: decided for good, for this connection (nf_nat_alloc_null_binding).
    private static Branch Null(Branch b, bool isDestination)
    {
        var c = b.Packet.Connection!;
        c = isDestination ? c with { IsDestinationDone = true } : c with { IsSourceDone = true };
        return b.Keep(c) with { Packet = b.Packet with { Connection = c } };
    }
}
