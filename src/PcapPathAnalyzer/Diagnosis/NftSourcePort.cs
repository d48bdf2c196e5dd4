using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Does what an nft rule decides depend on the source port of a packet?</summary>
internal static class NftSourcePort
{
    public static bool IsAsked(NftRule rule) => rule.Statements.Any(static s => s switch
    {
        NftMatch m => Mentions(m.Left),
        NftVerdictMap m => Mentions(m.Key),
        NftSetField f => Mentions(f.Value),
        NftNat { Kind: NatKind.Snat, Port: not null } => true,
        NftNat nat => nat.Address is { } address && Mentions(address),
        _ => false,
    });

    private static bool Mentions(NftExpression expression) => expression switch
    {
        NftField f => f.Name.EndsWith(" sport", StringComparison.Ordinal) || f.Name.EndsWith("proto-src", StringComparison.Ordinal) || f.Name.EndsWith("proto-dst", StringComparison.Ordinal),
        NftConcatenation c => c.Parts.Any(Mentions),
        NftOperation o => Mentions(o.Left) || Mentions(o.Right),
        NftLookup l => Mentions(l.Key),
        _ => false,
    };
}
