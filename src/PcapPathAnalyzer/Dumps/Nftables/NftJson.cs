using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Nftables;

/// <summary>The JSON form of a table: an object for the table, each chain, rule, set, element and named object, by the words of <c>nft -j</c>.</summary>
internal static class NftJson
{
    public static IEnumerable<JObject> Of(NftTable table, Func<SourceLocation, string, JObject> head)
    {
        yield return DumpJson.Fill(
            head(table.Location, table.Kind), ("family", table.Family), ("name", table.Name), ("flags", table.Flags), ("comment", table.Comment), ("handle", DumpJson.Positive(table.Handle)));
        foreach (var chain in table.Chains.Values)
        {
            if (!chain.IsAbsent)
                yield return Chain(table, chain, head(chain.Location, "nft-chain"));
            foreach (var rule in chain.Rules)
                yield return Rule(table, rule, head(rule.Location, "nft-rule"));
        }

        foreach (var set in table.Sets.Values)
        {
            yield return DumpJson.Fill(
                head(set.Location, set.IsMap ? "nft-map" : "nft-set"), ("family", table.Family), ("table", table.Name), ("name", set.Name), ("type", set.TypeText), ("flags", set.Flags), ("comment", set.Comment),
                ("handle", DumpJson.Positive(set.Handle)), ("elements", set.Elements.All.Count), ("details", set.Details));
            foreach (var element in set.Elements.All)
                yield return Element(table, set, element, head(element.Location, "nft-element"));
        }

        foreach (var named in table.Objects)
            yield return DumpJson.Fill(head(named.Location, "nft-object"), ("family", table.Family), ("table", table.Name), ("type", named.Type), ("name", named.Name), ("text", named.Text));
    }

    private static JObject Chain(NftTable table, NftChain chain, JObject target) => DumpJson.Fill(
        target, ("family", table.Family), ("table", table.Name), ("name", chain.Name), ("type", chain.Type), ("hook", chain.Hook), ("prio", chain.Hook is null ? null : chain.Priority),
        ("devices", chain.Devices), ("policy", chain.Policy?.ToLowerInvariant()), ("comment", chain.Comment), ("handle", DumpJson.Positive(chain.Handle)));

    private static JObject Rule(NftTable table, NftRule rule, JObject target) => DumpJson.Fill(
        target, ("family", table.Family), ("table", table.Name), ("chain", rule.Chain), ("text", rule.Text), ("comment", rule.Comment), ("handle", DumpJson.Positive(rule.Handle)),
        ("packets", rule.Packets < 0 ? null : rule.Packets), ("bytes", rule.Bytes < 0 ? null : rule.Bytes),
        ("unknown", rule.Statements.OfType<NftUnknowable>().Where(static s => !s.IsUnderstood).Select(static s => s.Text).ToList()));

    private static JObject Element(NftTable table, NftSet set, NftElement element, JObject target) => DumpJson.Fill(
        target, ("family", table.Family), ("table", table.Name), ("name", set.Name), ("key", Text(element.Key)), ("value", element.Data is null ? element.Verdict?.Text : Text(element.Data)), ("comment", element.Comment));

    private static string Text(NftValue value) => value switch
    {
        NftTuple t => string.Join(" . ", t.Parts.Select(Text)),
        NftAddress { Prefix: { IsHost: false } prefix } => prefix.ToString(),
        NftAddress a => a.First == a.Last ? a.First.ToString() : $"{a.First}-{a.Last}",
        NftNumber n => n.First == n.Last ? $"{n.First}" : $"{n.First}-{n.Last}",
        NftName n => n.IsWildcard ? n.Text + "*" : n.Text,
        NftUnknownValue u => u.Text,
        _ => "*",
    };
}
