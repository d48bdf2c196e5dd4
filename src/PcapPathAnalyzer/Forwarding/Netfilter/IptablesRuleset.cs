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

    public override IReadOnlyList<RuleWay> Ask(NetfilterRule rule, PacketState packet)
    {
        var asked = (IptablesRule)rule;
        var answer = RuleMatcher.Matches(ns, asked, packet);
        if (answer == Answer.No)
            return [];
        var match = new RuleWay(Apply(asked.Target, packet)) { Target = asked.Target };
        if (answer == Answer.Yes)
            return [match];
        // A rule that only counts or logs changes nothing: whether it matched needs no fork.
        if (asked.Target is null or ContinueTarget)
            return [match with { IsCertain = false }];
        var chance = RuleMatcher.Probability(ns, asked, packet);
        var open = RuleMatcher.Open(ns, asked, packet);
        return
        [
            match with { Condition = $"{rule.Location}: {open} matches", Probability = chance },
            new RuleWay(packet) { IsMatch = false, Condition = $"{rule.Location}: {open} does not match", Probability = 1 - chance },
        ];
    }

    private static PacketState Apply(RuleTarget? target, PacketState packet) => target switch
    {
        MarkTarget m => packet with { Mark = (packet.Mark & ~m.Clear) ^ m.Xor },
        ConnmarkTarget m => ConnectionMarks.Apply(m, packet),
        CtTarget { NoTrack: true } => packet with { Connection = null, ConntrackState = "UNTRACKED" },
        _ => packet,
    };
}
