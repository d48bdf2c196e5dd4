using System.Collections;
using System.Reflection;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>What a ruleset means, as text without its places and its spelling, so that two dumps of one ruleset can be held against each other.</summary>
internal static class NftShape
{
    /// <summary>A line for each table, chain, rule, set and element, in an order that both forms have: nft prints sets and chains apart in JSON.</summary>
    public static List<string> Of(IEnumerable<NftTable> tables)
    {
        var lines = new List<string>();
        foreach (var table in tables)
        {
            var name = $"{table.Family} {table.Name}";
            lines.Add($"table {name} handle {table.Handle}");
            foreach (var chain in table.Chains.Values)
            {
                lines.Add($"chain {name} {chain.Name} {chain.Type} {chain.Hook} {chain.Priority} {chain.Policy} handle {chain.Handle} absent {chain.IsAbsent}");
                lines.AddRange(chain.Rules.Select((r, i) => $"rule {name} {chain.Name} {i}: {string.Join(' ', r.Statements.Select(Describe))} comment {r.Comment} packets {r.Packets} handle {r.Handle}"));
            }

            foreach (var set in table.Sets.Values)
            {
                lines.Add($"set {name} {set.Name} {set.IsMap} [{string.Join(' ', set.KeyTypes)}] handle {set.Handle}");
                lines.AddRange(set.Elements.All.Select(e => $"element {name} {set.Name} {Describe(e)}"));
            }

            lines.AddRange(table.Objects.Select(o => $"object {name} {o.Type} {o.Name}"));
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static string Describe(object? value) => value switch
    {
        null => "-",
        string or bool or int or long or ulong or Enum or Primitives.IpAddress or Primitives.IpPrefix => value.ToString()!,
        NftOpaque => "opaque",
        NftElements elements => $"{{{string.Join(' ', elements.All.Select(Describe))}}}",
        IEnumerable many => $"[{string.Join(' ', many.Cast<object?>().Select(Describe))}]",
        _ => $"{value.GetType().Name}({string.Join(' ', Members(value).Select(m => $"{m.Name}={Describe(m.GetValue(value))}"))})",
    };

    private static IEnumerable<PropertyInfo> Members(object value) => value.GetType().GetProperties()
        .Where(p => p.PropertyType != typeof(SourceLocation) && p.Name is not ("EqualityContract" or "Exact") && !(p.Name == "Text" && value is NftStatement or NftElement))
        .OrderBy(static p => p.Name, StringComparer.Ordinal);
}
