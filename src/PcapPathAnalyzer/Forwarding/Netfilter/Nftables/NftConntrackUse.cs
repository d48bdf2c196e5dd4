using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>Which nft rules switch connection tracking on (nf_ct_netns_get, called by nft_ct.c, nft_nat.c, nft_masq.c, nft_redir.c).</summary>
internal static class NftConntrackUse
{
    public static bool In(NftTable table) => table.Chains.Values.Any(static c => c.Rules.Any(static r => r.Statements.Any(Needs)));

    private static bool Needs(NftStatement statement) => statement switch
    {
        NftNat or NftNotrack => true,
        NftMatch m => Asks(m.Left),
        NftVerdictMap m => Asks(m.Key),
        NftSetField f => Asks(f.Field) || Asks(f.Value),
        NftUnknowable u => !u.IsUnderstood || u.Text.StartsWith("ct ", StringComparison.Ordinal),
        NftEffect e => e.Text.StartsWith("ct ", StringComparison.Ordinal),
        _ => false,
    };

    private static bool Asks(NftExpression expression) => expression switch
    {
        NftField f => f.Name.StartsWith("ct ", StringComparison.Ordinal),
        NftConcatenation c => c.Parts.Any(Asks),
        NftOperation o => Asks(o.Left) || Asks(o.Right),
        NftLookup l => Asks(l.Key),
        _ => false,
    };
}
