using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>A packet's first drop, reject or acceptance in one namespace, and the rules that led there.</summary>
public sealed record FirewallVerdict(string Verdict, string Table, string Chain, NetfilterChain? Policy, TableOutcome Outcome);

/// <summary>Walks packets through a namespace's hooks, table by table in the kernel's order, and explains translations that were observed.</summary>
public sealed class Firewall(NetworkNamespace ns)
{
    /// <summary>Ways a packet that enters by <paramref name="packet"/>'s interface can end: one verdict per fork.</summary>
    /// <param name="packet">As it is at the hook; before DNAT if <paramref name="isTranslated"/> is false.</param>
    /// <param name="isTranslated">True where the destination has been translated already.</param>
    public IEnumerable<FirewallVerdict> Forward(PacketState packet, bool isTranslated)
    {
        var states = new List<PacketState> { packet };
        foreach (var (kind, chain) in Chains("PREROUTING", packet))
        {
            var next = new List<PacketState>();
            foreach (var state in states)
            {
                // The nat chains are asked in turn until one translates.
                if (kind == HookKind.DestinationNat && state.IsDestinationTranslated && !isTranslated)
                {
                    next.Add(state);
                    continue;
                }

                foreach (var outcome in TableWalker.Walk(chain.Ruleset, chain.Chain, state))
                {
                    if (outcome.Verdict is "DROP" or "REJECT")
                        yield return Verdict(outcome, chain);
                    else
                        next.Add(kind == HookKind.DestinationNat && isTranslated ? state with { Mark = outcome.Packet.Mark } : Translate(outcome));
                }
            }

            states = next.Count > 0 ? next : states;
        }

        foreach (var state in states)
        {
            foreach (var verdict in Forwarded(state))
                yield return verdict;
        }
    }

    /// <summary>The rule that translates the destination to what was observed, from PREROUTING or OUTPUT.</summary>
    public TableOutcome? ExplainDestination(PacketState before, IpAddress destination, ushort port)
    {
        foreach (var outcome in Nat(before, "PREROUTING", "OUTPUT"))
        {
            if (outcome.Target is NatTarget { Translation: NatKind.Dnat or NatKind.Redirect } target && Gives(target, before.Tuple.DestinationPort, destination, port))
                return outcome;
        }

        return null;
    }

    /// <summary>The rule that translates the source to what was observed, from POSTROUTING or INPUT.</summary>
    public TableOutcome? ExplainSource(PacketState before, IpAddress source, ushort port)
    {
        foreach (var outcome in Nat(before, "POSTROUTING", "INPUT"))
        {
            if (outcome.Target is NatTarget { Translation: NatKind.Masquerade } && RouteLookup.IsLocal(ns, source))
                return outcome;
            if (outcome.Target is NatTarget { Translation: NatKind.Snat } target && Gives(target, before.Tuple.SourcePort, source, port))
                return outcome;
        }

        return null;
    }

    private IEnumerable<FirewallVerdict> Forwarded(PacketState state)
    {
        var hook = "FORWARD";
        if (RouteLookup.IsLocal(ns, state.Tuple.Destination))
        {
            hook = "INPUT";
        }
        else if (RouteLookup.Find(ns, state.Tuple.Destination) is { NextHops: [{ Device: { } device }, ..] })
        {
            state = state with { Out = device };
        }

        // A chain's acceptance ends that chain alone: the last one's word is the hook's.
        FirewallVerdict? last = null;
        foreach (var (_, chain) in Chains(hook, state).Where(static c => c.Kind == HookKind.Filter))
        {
            foreach (var outcome in TableWalker.Walk(chain.Ruleset, chain.Chain, state))
            {
                if (outcome.Verdict is "DROP" or "REJECT")
                    yield return Verdict(outcome, chain);
                else
                    last = Verdict(outcome, chain);
            }
        }

        if (last is not null)
            yield return last;
    }

    /// <summary>Ways through the nat chains of hooks, in the kernel's order.</summary>
    public IEnumerable<TableOutcome> Nat(PacketState packet, params string[] hooks) =>
        hooks.SelectMany(hook => Chains(hook, packet)).Where(static c => c.Kind is HookKind.DestinationNat or HookKind.SourceNat).SelectMany(c => TableWalker.Walk(c.Chain.Ruleset, c.Chain.Chain, packet));

    /// <summary>Ways through all chains of a hook, each asked about the packet as it is given.</summary>
    public IEnumerable<FirewallVerdict> At(string hook, PacketState packet) =>
        Chains(hook, packet).Where(c => c.Kind != HookKind.SourceNat).SelectMany(c => TableWalker.Walk(c.Chain.Ruleset, c.Chain.Chain, packet).Select(o => Verdict(o, c.Chain)));

    private IEnumerable<(HookKind Kind, HookChain Chain)> Chains(string hook, PacketState packet) =>
        Hooks.At(ns, hook, packet.Tuple.Destination.IsIpv6).SelectMany(static e => e.Chains.Select(c => (e.Kind, c)));

    private static FirewallVerdict Verdict(TableOutcome outcome, HookChain chain) =>
        new(outcome.Verdict, chain.Ruleset.Table, chain.Chain.Name, outcome.Deciding is null ? chain.Chain : null, outcome);

    private static PacketState Translate(TableOutcome outcome) =>
        outcome.Target is NatTarget { Translation: NatKind.Dnat } target
            ? outcome.Packet with
            {
                Tuple = outcome.Packet.Tuple with { Destination = target.FirstAddress.IsNone ? outcome.Packet.Tuple.Destination : target.FirstAddress, DestinationPort = target.FirstPort == 0 ? outcome.Packet.Tuple.DestinationPort : target.FirstPort },
                IsDestinationTranslated = true,
            }
            : outcome.Packet;

    private static bool Gives(NatTarget target, ushort oldPort, IpAddress address, ushort port)
    {
        if (target.Translation != NatKind.Redirect && !target.FirstAddress.IsNone && (address.CompareTo(target.FirstAddress) < 0 || address.CompareTo(target.LastAddress) > 0))
            return false;
        return target.FirstPort == 0 ? target.Translation == NatKind.Snat || oldPort == port : port >= target.FirstPort && port <= Math.Max(target.FirstPort, target.LastPort);
    }
}
