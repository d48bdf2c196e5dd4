using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>
/// Joins legs whose packets cannot tell that they are one connection (their payload was cut off, or others begin alike), where
/// the dumped rules can: the kernel's walk leads from the one leg to the other's tuple, both were there at one time, and no
/// other leg fits either of them. Where others do, nothing is joined, and that is said.
/// </summary>
/// <param name="tables">What the legs' tuples are.</param>
/// <param name="network">Whose rules are asked.</param>
/// <param name="union">Takes what is decided.</param>
/// <param name="isUntold">Says that packets cannot tell whose a leg is.</param>
/// <param name="areApart">Says that other evidence makes two legs two connections.</param>
internal sealed class RuleJoiner(ObservationTables tables, Network network, LegUnion union, Func<Leg, bool> isUntold, Func<Leg, Leg, bool> areApart)
{
    /// <summary>Legs that are walked from; of more connections, the rules are not asked.</summary>
    private const int Most = 50_000;

    /// <summary>Legs that fit one translation and are looked at.</summary>
    private const int Several = 4;

    /// <summary>The two sides of a translation see a connection at one time, but for the way between them; nanoseconds.</summary>
    private const long Transit = 10_000_000;

    /// <summary>The same where no node saw both: clocks are not set yet, and the rules alone tell nothing where they are farther apart.</summary>
    private const long Clocks = 1_000_000_000;

    private readonly SharedWalks walks = new(network);

    /// <summary>What was joined, and what could not be decided.</summary>
    public List<LegJoin> Join(List<Leg> legs)
    {
        if (legs.Count > Most || !legs.Exists(l => !l.IsVirtual && isUntold(l)))
            return [];
        var seen = legs.Where(l => !l.IsVirtual).ToList();
        // Where one direction was captured, what looks like a request may be the answer.
        var served = seen.Select(l => (Leg: l, Tuple: l.Tuple(tables), IsTurned: false))
            .Concat(seen.Where(l => !l.IsDirectionCertain).Select(l => (Leg: l, Tuple: l.Tuple(tables).Reversed, IsTurned: true)))
            .ToLookup(l => Served(l.Tuple));
        var (from, to) = (new Dictionary<Leg, List<Lead>>(), new Dictionary<Leg, List<Lead>>());
        foreach (var before in seen)
        {
            var leads = new List<Lead>();
            foreach (var t in Translations(before.Tuple(tables)))
            {
                // Several are as bad as many.
                foreach (var (after, _, isTurned) in served[Served(t.Tuple)].Where(l => Fits(l.Tuple, t) && MayBeOne(before, l.Leg) && !leads.Exists(x => x.After == l.Leg)).Take(Several))
                    leads.Add(new Lead(before, after, t) { IsTurned = isTurned });
            }

            from.Add(before, leads);
            foreach (var lead in leads)
            {
                if (!to.TryGetValue(lead.After, out var list))
                    to.Add(lead.After, list = []);
                list.Add(lead);
            }
        }

        return Decide(from, to);
    }

    private List<LegJoin> Decide(Dictionary<Leg, List<Lead>> from, Dictionary<Leg, List<Lead>> to)
    {
        var joins = new List<LegJoin>();
        var told = new HashSet<Leg>();
        foreach (var leads in from.Values)
        {
            foreach (var lead in leads)
            {
                var hasRivals = leads.Exists(x => x.By.Stage == lead.By.Stage && !AreOne(x.After, lead.After)) || to[lead.After].Exists(x => !AreOne(x.Before, lead.Before) && !Leads(x.Before, lead.Before) && !Leads(lead.Before, x.Before));
                if (hasRivals && told.Contains(lead.Before))
                    continue;
                told.Add(lead.Before);
                if (!hasRivals)
                    joins.Add(new LegJoin(lead.Before, lead.After, JoinReason.Rule, 0) { Rule = lead.By.Rule, IsTurned = lead.IsTurned });
                else
                    joins.Add(new LegJoin(lead.Before, lead.After, JoinReason.Ambiguous, 0));
            }
        }

        foreach (var join in joins.Where(j => j.Reason == JoinReason.Rule))
            union.Unite(join.A.Index, join.B.Index, join.IsTurned);
        return joins;

        // Translated twice: the first leg leads to the third, too.
        bool Leads(Leg a, Leg b) => from[a].Exists(x => x.After == b);
    }

    private bool AreOne(Leg a, Leg b) => a == b || union.AreOne(a.Index, b.Index);

    private bool MayBeOne(Leg before, Leg after) =>
        !AreOne(before, after) && (isUntold(before) || isUntold(after)) && AreTogether(before, after) && !areApart(before, after)
        && !(before.InitialSequence is { } x && after.InitialSequence is { } y && x != y);

    private static bool AreTogether(Leg a, Leg b)
    {
        var shared = a.Spans.Exists(x => b.Spans.Exists(y => x.Clock == y.Clock));
        var slack = shared ? Transit : Clocks;
        return a.Spans.Exists(x => b.Spans.Exists(y => (!shared || x.Clock == y.Clock) && x.First - slack <= y.Last && y.First - slack <= x.Last));
    }

    private static bool Fits(in FiveTuple seen, in Translated expected) =>
        seen.Source == expected.Tuple.Source && (expected.IsPortFree || seen.SourcePort == expected.Tuple.SourcePort);

    private static (IpProtocol Protocol, IpAddress Address, ushort Port) Served(in FiveTuple tuple) => (tuple.Protocol, tuple.Destination, tuple.DestinationPort);

    // What a connection's first packet is after each translation on each way that the rules leave open.
    private HashSet<Translated> Translations(FiveTuple tuple)
    {
        var found = new HashSet<Translated>();
        var question = new Question { From = tuple.Source.ToString(), To = FiveTuple.Endpoint(tuple.Destination, tuple.DestinationPort), Protocol = tuple.Protocol.Keyword(), SourcePort = tuple.SourcePort };
        if (!tuple.Protocol.HasPorts() || question.Ask(network, out _) is not { } request)
            return found;
        foreach (var path in walks.Run(request).Paths)
        {
            var (stage, isPortFree) = (0, false);
            foreach (var step in path.Steps.Where(s => s.Depth == 0 && s.Kind is (StepKind.Dnat or StepKind.Snat or StepKind.Masquerade)))
            {
                isPortFree |= step.Kind != StepKind.Dnat;
                // A shared walk has the port of who asked first.
                found.Add(new Translated(step.Packet.Tuple with { SourcePort = isPortFree ? (ushort)0 : tuple.SourcePort }, isPortFree, stage++, step.Location));
            }
        }

        return found;
    }

    /// <param name="Tuple">Behind the translation.</param>
    /// <param name="IsPortFree">The source port is any: the source was translated.</param>
    /// <param name="Stage">Translations before it on its way.</param>
    /// <param name="Rule">The rule that made it.</param>
    private readonly record struct Translated(FiveTuple Tuple, bool IsPortFree, int Stage, SourceLocation? Rule);

    /// <summary>A leg that the rules lead to from another.</summary>
    private sealed record Lead(Leg Before, Leg After, Translated By)
    {
        /// <summary>What was taken for the client of <see cref="After"/> is its server.</summary>
        public bool IsTurned { get; init; }
    }
}
