using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Checks.Shadowing;

internal sealed class NftComparedRule(NftRule rule) : ComparedRule(rule)
{
    private readonly NftRule rule = rule;

    public override string? Action => rule.Statements.LastOrDefault(static s => s is not (NftMatch or NftEffect))?.Text;

    public override IReadOnlyList<string> Keys { get; } =
    [
        .. rule.Statements.OfType<NftMatch>().Where(static m => m is { Comparison: NftComparison.Implicit or NftComparison.Equal, Left: NftField { Type: NftType.Address or NftType.Interface }, Value.Exact: not null })
            .Select(static m => $"{((NftField)m.Left).Name} {m.Value!.Exact}"),
    ];

    // What stands before the verdict has to be known: a limit lets some packets through, a verdict for TCP alone all others, a map those it does not have.
    public override bool IsTerminal =>
        rule.Statements.All(s => s is NftMatch or NftEffect || s == rule.Statements[^1])
        && rule.Statements is [.., NftVerdict { Requires: null, Target: VerdictTarget { Name: "ACCEPT" or "DROP" } or RejectTarget or ReturnTarget or JumpTarget { IsGoto: true } } or NftNat { Family: null, Address: null or NftConstant, Port: null or NftConstant }];

    public override bool MayChangePacket => rule.Statements.Any(static s => s switch
    {
        NftMatch => false,
        // Elements of sets are changed by packets, too.
        NftEffect effect => effect.Text.Contains(" @", StringComparison.Ordinal) || effect.Text.Contains(" set ", StringComparison.Ordinal),
        NftVerdict { Target: VerdictTarget or RejectTarget or ReturnTarget or JumpTarget { IsGoto: true } } or NftNat => false,
        _ => true,
    });

    public override bool AsksForMutable => rule.Statements.OfType<NftMatch>().Any(static m => m.Set is { Name: not null } || IsMutable(m.Left));

    public override bool AddsNothingTo(ComparedRule earlier) => Action is null || Action == earlier.Action;

    public override bool Covers(ComparedRule later) => later is NftComparedRule other && NftImplication.Covers(rule, other.rule);

    private static bool IsMutable(NftExpression expression) => expression switch
    {
        NftField f => f.Name is "meta mark" or "meta priority" or "ip dscp" or "ip6 dscp" or "ip ttl" or "ip6 hoplimit" || f.Name.StartsWith("ct ", StringComparison.Ordinal),
        NftOperation o => IsMutable(o.Left) || IsMutable(o.Right),
        NftConcatenation c => c.Parts.Any(IsMutable),
        _ => false,
    };
}
