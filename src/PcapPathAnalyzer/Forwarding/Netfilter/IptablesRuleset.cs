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
        // A rule that only counts or logs changes nothing: whether it matched needs no fork.
        if (answer == Answer.Yes || asked.Target is null or ContinueTarget)
            return [new RuleWay(Apply(asked.Target, packet)) { Target = asked.Target, IsCertain = answer == Answer.Yes }];
        var open = RuleMatcher.Open(ns, asked, seen);
        var questions = open.ConvertAll(m => (Asked: OpenQuestion.Of(ns, m, seen), Holds: !OpenQuestion.IsNegated(m)));
        var chance = RuleMatcher.Probability(open);
        var text = string.Join(", ", open.Select(m => m.Negated && !m.Text.Contains('!', StringComparison.Ordinal) ? $"! {m.Text}" : m.Text));
        var matched = questions.Aggregate(packet, static (p, q) => p.Grant(q.Asked, q.Holds));
        // Of several conditions it cannot be said which one fails.
        var failed = questions is [var only] ? packet.Grant(only.Asked, !only.Holds) : packet;
        return
        [
            new RuleWay(Apply(asked.Target, matched)) { Target = asked.Target, Condition = $"{rule.Location}: {text} matches", Probability = chance },
            new RuleWay(failed) { IsMatch = false, Condition = $"{rule.Location}: {text} does not match", Probability = 1 - chance },
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
