using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>
/// A table of nftables: a rule's statements are executed from the left until one does not match or decides (nft_do_chain,
/// net/netfilter/nf_tables_core.c). What a statement set stays set where a later one does not match.
/// </summary>
internal sealed class NftRuleset(NetworkNamespace ns, NftTable table, bool isBeforeConntrack) : Ruleset
{
    private readonly NftExpressionReader reader = new(ns, table, isBeforeConntrack);

    public override string Table { get; } = $"{table.Family} {table.Name}";

    public override bool IsCut => table.IsCut;

    public override IEnumerable<RuleTarget> Targets(NetfilterRule rule) => ((NftRule)rule).Statements.SelectMany(s => s switch
    {
        NftVerdict verdict => [verdict.Target],
        NftVerdictMap map => reader.Elements(map.Map)?.All.Select(static e => e.Verdict?.Target).OfType<RuleTarget>() ?? [new UnknownTarget { Name = map.Text }],
        NftUnknowable { IsUnderstood: false } unknown => [new UnknownTarget { Name = unknown.Text }],
        _ => (IEnumerable<RuleTarget>)[],
    });

    public override NetfilterChain? Chain(string name) => table.Chains.GetValueOrDefault(name);

    public override IReadOnlyList<RuleWay> Ask(NetfilterRule rule, PacketState packet)
    {
        var run = new Run(reader, (NftRule)rule);
        run.From(0, new RuleWay(packet));
        return run.Ways;
    }

    /// <summary>One rule over one packet: every way its statements leave open.</summary>
    private sealed class Run(NftExpressionReader reader, NftRule rule)
    {
        public List<RuleWay> Ways { get; } = [];

        public void From(int index, RuleWay way)
        {
            for (; index < rule.Statements.Count; index++)
            {
                var statement = rule.Statements[index];
                switch (statement)
                {
                    case NftEffect:
                        continue;
                    case NftMatch match when !Match(match, index, ref way):
                        return;
                    case NftMatch:
                        continue;
                    case NftUnknowable unknowable:
                        if (Matters(index))
                        {
                            Fork(index, way, way, unknowable.Text, null);
                            return;
                        }

                        way = way with { IsCertain = false };
                        continue;
                    case NftVerdictMap map:
                        VerdictMap(map, index, way);
                        return;
                    case NftVerdict { Target: ContinueTarget }:
                        Ways.Add(way);
                        return;
                    case NftVerdict verdict:
                        if (Fits(verdict, way.Packet))
                            Ways.Add(way with { Target = verdict.Target });
                        else
                            Fail(way);
                        return;
                    case NftSetField set:
                        var changed = NftChanges.Apply(set, way.Packet, reader, out var isMatch);
                        if (!isMatch)
                        {
                            Fail(way);
                            return;
                        }

                        if (changed is null)
                        {
                            Ways.Add(way with { Target = new UnknownTarget { Name = set.Text } });
                            return;
                        }

                        way = way with { Packet = changed };
                        continue;
                    case NftNotrack:
                        way = way with { Packet = ConntrackTargets.NoTrack(way.Packet) };
                        continue;
                    case NftNat nat:
                        foreach (var translated in NftNatTargets.Of(nat, rule, way, reader))
                            Ways.Add(translated);
                        return;
                }
            }

            Ways.Add(way);
        }

        // True where the statements go on.
        private bool Match(NftMatch match, int index, ref RuleWay way)
        {
            var (answer, chance) = NftMatches.Ask(match, way.Packet, reader);
            var question = answer == Answer.Unknown && chance is null ? reader.Question(match, way.Packet) : null;
            if (answer == Answer.Unknown)
                answer = way.Packet.Granted(question);
            if (answer == Answer.No)
            {
                Fail(way);
                return false;
            }

            if (answer == Answer.Yes)
                return true;
            if (!Matters(index))
            {
                way = way with { IsCertain = false };
                return true;
            }

            Fork(index, way with { Packet = way.Packet.Grant(question, true) }, way with { Packet = way.Packet.Grant(question, false) }, match.Text, chance);
            return false;
        }

        // Whether it matches cannot be told: first as if it did, then as if not.
        private void Fork(int index, RuleWay matched, RuleWay failed, string text, double? chance)
        {
            From(index + 1, Open(matched, $"{rule.Location}: {text} matches", chance));
            Ways.Add(Open(failed, $"{rule.Location}: {text} does not match", 1 - chance) with { IsMatch = false });
        }

        private void VerdictMap(NftVerdictMap map, int index, RuleWay way)
        {
            var key = reader.Read(map.Key, way.Packet);
            if (key == NftReading.Absent)
            {
                Fail(way);
                return;
            }

            var ways = reader.Elements(map.Map) is { } elements && !reader.IsFilledByPackets(map.Map) ? NftLookups.Ways(key, elements) : [];
            if (ways.Count == 0)
                Ways.Add(way with { Target = new UnknownTarget { Name = map.Text } });
            foreach (var one in ways)
                Take(map, one, index, way);
        }

        private void Take(NftVerdictMap map, NftLookupWay one, int index, RuleWay way)
        {
            if (one.Why is not null)
                way = Open(way, one.Element is null ? $"{rule.Location}: {one.Why}" : $"{rule.Location}: {one.Why}: {one.Element.Text}", one.Chance);
            if (one.Element?.Verdict is not { } verdict)
                Ways.Add(way with { IsMatch = false });
            else if (verdict.Target is ContinueTarget)
                From(index + 1, way);
            else
                Ways.Add(way with { Target = verdict.Target, Element = NftCitations.Of(one.Element, map.Map) });
        }

        // A rule that did not match and set nothing is as if it were not there.
        private void Fail(RuleWay way)
        {
            if (way.Condition is not null || Ways.Count > 0 || rule.Statements.Any(static s => s is NftSetField or NftNotrack))
                Ways.Add(way with { IsMatch = false });
        }

        // A rule that only counts or logs from here on changes nothing: whether it matches needs no fork.
        private bool Matters(int index)
        {
            for (var i = index + 1; i < rule.Statements.Count; i++)
            {
                if (rule.Statements[i] is not (NftEffect or NftMatch or NftUnknowable))
                    return true;
            }

            return false;
        }

        private static RuleWay Open(RuleWay way, string condition, double? chance) =>
            way with { Condition = way.Condition is null ? condition : $"{way.Condition}; {condition}", Probability = way.Probability * chance };

        private static bool Fits(NftVerdict verdict, PacketState packet) => verdict.Requires switch
        {
            "tcp" => packet.Tuple.Protocol == Primitives.IpProtocol.Tcp,
            "ipv4" => packet.Tuple.Destination.IsIpv4,
            "ipv6" => packet.Tuple.Destination.IsIpv6,
            _ => true,
        };
    }
}
