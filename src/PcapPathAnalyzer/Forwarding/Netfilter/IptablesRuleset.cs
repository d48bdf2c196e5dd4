using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>A table of iptables: a rule matches where all its conditions do (net/ipv4/netfilter/ip_tables.c).</summary>
internal sealed class IptablesRuleset(NetworkNamespace ns, IptablesTable table) : Ruleset
{
    public override string Table => table.Name;

    public override bool IsCut => table.IsCut;

    public override IEnumerable<RuleTarget> Targets(NetfilterRule rule) => ((IptablesRule)rule).Target is { } target ? [target] : [];

    public override NetfilterChain? Chain(string name) => table.Chains.GetValueOrDefault(name);

    public override int Next(NetfilterChain chain, int index, PacketState packet) => ChainIndex.Next((IptablesChain)chain, index, packet.Tuple.Destination);

    public override IReadOnlyList<RuleWay> Ask(NetfilterRule rule, PacketState packet)
    {
        var asked = (IptablesRule)rule;
        var seen = Seen(packet);
        var answer = RuleMatcher.Matches(ns, asked, seen);
        if (answer == Answer.No)
            return [];
        var match = new RuleWay(Apply(asked.Target, packet)) { Target = asked.Target };
        if (answer == Answer.Yes)
            return [match];
        // A rule that only counts or logs changes nothing: whether it matched needs no fork.
        if (asked.Target is null or ContinueTarget)
            return [match with { IsCertain = false }];
        var chance = RuleMatcher.Probability(ns, asked, seen);
        var open = RuleMatcher.Open(ns, asked, seen);
        return
        [
            match with { Condition = $"{rule.Location}: {open} matches", Probability = chance },
            new RuleWay(packet) { IsMatch = false, Condition = $"{rule.Location}: {open} does not match", Probability = 1 - chance },
        ];
    }

    // The raw table is asked before conntrack: a packet counts as invalid there, or as new where a rule has given it a template (conntrack_mt).
    private PacketState Seen(PacketState packet) =>
        table.Name != "raw" || packet is { Connection: not null } or { ConntrackState: "UNTRACKED" } ? packet
        : packet.HasTemplate ? ConntrackTargets.WithTemplate(ns, packet)
        : packet with { ConntrackState = "INVALID" };

    private static PacketState Apply(RuleTarget? target, PacketState packet) => target switch
    {
        MarkTarget m => packet with { Mark = (packet.Mark & ~m.Clear) ^ m.Xor },
        ConnmarkTarget m => ConnectionMarks.Apply(m, packet),
        CtTarget m => ConntrackTargets.Apply(m, packet),
        TtlTarget m => packet with { Ttl = packet.Ttl < 0 && m.Operation != "set" ? -1 : m.Operation switch { "set" => m.Value, "inc" => Math.Min(255, packet.Ttl + m.Value), _ => Math.Max(0, packet.Ttl - m.Value) } },
        TrafficClassTarget m => packet with { TrafficClass = (byte)((packet.TrafficClass & ~m.Clear) ^ m.Xor) },
        EcnTarget m => packet with
        {
            TrafficClass = m.Congestion < 0 ? packet.TrafficClass : (byte)((packet.TrafficClass & ~3) | m.Congestion),
            TcpFlags = packet.TcpFlags < 0 ? -1 : (packet.TcpFlags & ~m.ClearFlags) | m.SetFlags,
        },
        _ => packet,
    };
}
