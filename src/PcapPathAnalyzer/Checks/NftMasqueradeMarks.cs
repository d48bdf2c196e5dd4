using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Checks;

/// <summary>Which mark packets of an nftables chain are masqueraded for and keep. Bits are followed from statement to statement: those that are surely set.</summary>
internal static class NftMasqueradeMarks
{
    /// <summary>The first rule that masquerades packets with a mark; null where none does, or where the mark is cleared before.</summary>
    public static (NftRule Rule, uint Mark)? Find(NftChain chain)
    {
        uint every = 0; // what every packet here has: the others were sent away
        foreach (var rule in chain.Rules)
        {
            var own = every;
            var isConditional = false;
            foreach (var statement in rule.Statements)
            {
                switch (statement)
                {
                    case NftMatch match:
                        isConditional = true;
                        own |= Required(match);
                        break;
                    case NftSetField { Field.Name: "meta mark" } set:
                        own = After(set.Value, own);
                        break;
                    // What goes out into the world or comes from it is no tunnel's outer packet.
                    case NftNat { Kind: NatKind.Masquerade } when own != 0 && !rule.Statements.OfType<NftMatch>().Any(static m => AsksForPlace(m.Left)):
                        return (rule, own);
                    case NftVerdict { Target: ReturnTarget } when rule.Statements.OfType<NftMatch>().ToList() is [var only]:
                        every |= RequiredOfOthers(only);
                        break;
                }
            }

            every = isConditional ? every & (own | ~Changed(rule)) : own;
        }

        return null;
    }

    // meta mark 0x4000, meta mark & 0x4000 == 0x4000
    private static uint Required(NftMatch match) => match is { Comparison: NftComparison.Implicit or NftComparison.Equal, Value: NftNumber n } && n.First == n.Last && MaskOf(match.Left) is { } mask ? (uint)n.First & mask : 0;

    // "meta mark & 0x4000 == 0 return" and "meta mark & 0x4000 != 0x4000 return" leave those that have the bit.
    private static uint RequiredOfOthers(NftMatch match) => match.Value is NftNumber n && n.First == n.Last && MaskOf(match.Left) is { } mask
        ? match.Comparison switch
        {
            NftComparison.NotEqual => (uint)n.First & mask,
            NftComparison.Equal or NftComparison.Implicit when n.First == 0 && uint.IsPow2(mask) => mask,
            _ => 0,
        }
        : 0;

    private static uint? MaskOf(NftExpression left) => left switch
    {
        NftField { Name: "meta mark" } => uint.MaxValue,
        NftOperation { Operator: "&", Left: NftField { Name: "meta mark" }, Right: NftConstant { Value: NftNumber mask } } => (uint)mask.First,
        _ => null,
    };

    // The bits of a value that are surely set, where those of the mark are known so far.
    private static uint After(NftExpression value, uint set) => value switch
    {
        NftField { Name: "meta mark" } => set,
        NftConstant { Value: NftNumber n } => (uint)n.First,
        NftOperation { Right: NftConstant { Value: NftNumber n } } o => o.Operator switch
        {
            "&" => After(o.Left, set) & (uint)n.First,
            "|" => After(o.Left, set) | (uint)n.First,
            "^" => After(o.Left, set) & ~(uint)n.First,
            _ => 0,
        },
        _ => 0,
    };

    // Bits that a rule may have changed for some packets: any, where it sets the mark.
    private static uint Changed(NftRule rule) => rule.Statements.Any(static s => s is NftSetField { Field.Name: "meta mark" }) ? uint.MaxValue : 0;

    private static bool AsksForPlace(NftExpression left) => left switch
    {
        NftField { Type: NftType.Address or NftType.Interface } => true,
        NftConcatenation c => c.Parts.Any(AsksForPlace),
        NftOperation o => AsksForPlace(o.Left),
        _ => false,
    };
}
