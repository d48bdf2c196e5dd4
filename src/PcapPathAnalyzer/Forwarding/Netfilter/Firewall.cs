using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>A packet's first drop, reject or acceptance in one namespace, and the rules that led there.</summary>
public sealed record FirewallVerdict(string Verdict, string Table, string Chain, IptablesChain? Policy, TableOutcome Outcome);

/// <summary>Walks packets through a namespace's hooks, table by table in the kernel's order, and explains translations that were observed.</summary>
public sealed class Firewall(NetworkNamespace ns)
{
    // enum nf_ip_hook_priorities (include/uapi/linux/netfilter_ipv4.h): raw -300, mangle -150, dstnat -100, filter 0, security 50, srcnat 100.
    // At INPUT, source NAT (100) comes after filter; nat is asked by the first packet of a connection only.
    private static readonly (string Chain, string[] Tables)[] Hooks =
    [
        ("PREROUTING", ["raw", "mangle", "nat"]),
        ("FORWARD", ["mangle", "filter", "security"]),
        ("INPUT", ["mangle", "filter", "security", "nat"]),
        ("OUTPUT", ["raw", "mangle", "nat", "filter", "security"]),
        ("POSTROUTING", ["mangle", "nat"]),
    ];

    /// <summary>Ways a packet that enters by <paramref name="packet"/>'s interface can end: one verdict per fork.</summary>
    /// <param name="packet">As it is at the hook; before DNAT if <paramref name="isTranslated"/> is false.</param>
    /// <param name="isTranslated">True where the destination has been translated already.</param>
    public IEnumerable<FirewallVerdict> Forward(PacketState packet, bool isTranslated)
    {
        var states = new List<PacketState> { packet };
        foreach (var table in Hooks[0].Tables)
        {
            var next = new List<PacketState>();
            foreach (var state in states)
            {
                foreach (var outcome in Outcomes(table, "PREROUTING", state))
                {
                    if (outcome.Verdict is "DROP" or "REJECT")
                        yield return Verdict(outcome, table, "PREROUTING");
                    else if (table == "nat" && isTranslated)
                        next.Add(state with { Mark = outcome.Packet.Mark });
                    else
                        next.Add(Translate(outcome));
                }
            }

            if (next.Count > 0 || !HasTable(table))
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
        foreach (var chain in new[] { "PREROUTING", "OUTPUT" })
        {
            foreach (var outcome in Outcomes("nat", chain, before))
            {
                if (outcome.Deciding?.Target is NatTarget { Translation: NatKind.Dnat or NatKind.Redirect } target && Gives(target, before.Tuple.DestinationPort, destination, port))
                    return outcome;
            }
        }

        return null;
    }

    /// <summary>The rule that translates the source to what was observed, from POSTROUTING or INPUT.</summary>
    public TableOutcome? ExplainSource(PacketState before, IpAddress source, ushort port)
    {
        foreach (var chain in new[] { "POSTROUTING", "INPUT" })
        {
            foreach (var outcome in Outcomes("nat", chain, before))
            {
                if (outcome.Deciding?.Target is NatTarget { Translation: NatKind.Masquerade } && RouteLookup.IsLocal(ns, source))
                    return outcome;
                if (outcome.Deciding?.Target is NatTarget { Translation: NatKind.Snat } target && Gives(target, before.Tuple.SourcePort, source, port))
                    return outcome;
            }
        }

        return null;
    }

    private IEnumerable<FirewallVerdict> Forwarded(PacketState state)
    {
        var chain = "FORWARD";
        if (RouteLookup.IsLocal(ns, state.Tuple.Destination))
        {
            chain = "INPUT";
        }
        else if (RouteLookup.Find(ns, state.Tuple.Destination) is { NextHops: [{ Device: { } device }, ..] })
        {
            state = state with { Out = device };
        }

        TableOutcome? last = null;
        foreach (var table in chain == "INPUT" ? Hooks[2].Tables : Hooks[1].Tables)
        {
            foreach (var outcome in Outcomes(table, chain, state))
            {
                if (outcome.Verdict is "DROP" or "REJECT")
                    yield return Verdict(outcome, table, chain);
                else
                    last = outcome;
            }
        }

        if (last is not null)
            yield return Verdict(last, "filter", chain);
    }

    private FirewallVerdict Verdict(TableOutcome outcome, string table, string chain) =>
        new(outcome.Verdict, table, chain, outcome.Deciding is null ? Tables(table).Select(t => t.Chains.GetValueOrDefault(chain)).FirstOrDefault() : null, outcome);

    private static PacketState Translate(TableOutcome outcome) =>
        outcome.Deciding?.Target is NatTarget { Translation: NatKind.Dnat } target
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

    private IEnumerable<TableOutcome> Outcomes(string table, string chain, PacketState packet)
    {
        foreach (var t in Tables(table))
        {
            if (t.IpVersion == (packet.Tuple.Source.IsIpv4 ? 4 : 6))
            {
                foreach (var outcome in TableWalker.Walk(ns, t, chain, packet))
                    yield return outcome;
            }
        }
    }

    private IEnumerable<IptablesTable> Tables(string name) => ns.Tables.Where(t => t.Name == name);

    private bool HasTable(string name) => ns.Tables.Any(t => t.Name == name);
}
