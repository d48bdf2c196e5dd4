using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>Names the element of a map that decided. One inside a rule has no line of its own: the rule's is cited.</summary>
internal static class NftCitations
{
    public static RuleCitation? Of(NftElement element, NftSetOperand map) =>
        element.Location.Line == 0 ? null : new RuleCitation(element.Location, element.Text) { Map = map.Name, Comment = element.Comment };
}
