using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Forwarding.Netfilter;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Does a rule decide over packets that connection tracking cannot place (INVALID)?</summary>
internal static class InvalidState
{
    // enum ip_conntrack_info as nft's bits: NF_CT_STATE_INVALID_BIT.
    private const ulong Bit = 1;

    public static bool IsAskedBy(TableOutcome outcome) => outcome.Deciding switch
    {
        IptablesRule rule => rule.Matches.Any(static m => m is ConntrackStateMatch { Negated: false } s && s.States.Contains("INVALID")),
        NftRule rule => rule.Statements.Any(static s => s is NftMatch { Left: NftField { Type: NftType.ConntrackState }, Comparison: NftComparison.Implicit or NftComparison.Equal, Value: NftNumber n } && (n.First & Bit) != 0)
            || (rule.Statements.Any(static s => s is NftVerdictMap { Key: NftField { Type: NftType.ConntrackState } }) && outcome.Packet.ConntrackState == "INVALID"),
        _ => false,
    };
}
