using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>One way a lookup can go.</summary>
/// <param name="Element">Null where the key is not in the set.</param>
/// <param name="Chance">How likely, where the key is a generated number; null where dumps leave it open; 1 where it is certain.</param>
/// <param name="Why">What must hold for this way; null where it is certain.</param>
internal sealed record NftLookupWay(NftElement? Element, double? Chance, string? Why);

/// <summary>Looks a key up in a set's elements (net/netfilter/nft_lookup.c): the one that holds it, or where the key is not known, each that may.</summary>
internal static class NftLookups
{
    /// <summary>Beyond that, ways differ in nothing a reader could use.</summary>
    private const int MostWays = 256;

    /// <summary>Empty where there are too many ways to follow.</summary>
    public static IReadOnlyList<NftLookupWay> Ways(NftReading key, NftElements elements)
    {
        if (key is NftChanceReading chance)
            return Chances(chance, elements);
        if (key.Exact is { } exact && elements.Find(exact) is { } found)
            return Certain(found);
        var open = new List<NftElement>();
        NftElement? rest = null;
        // An element with an exact key that is not this one cannot hold a key that is known in full.
        foreach (var element in key.Exact is null ? elements.All : elements.Intervals)
        {
            if (element.Key is NftAny)
            {
                rest = element;
                continue;
            }

            var answer = NftComparisons.Is(key, element.Key);
            if (answer == Answer.Yes)
                return Certain(element);
            if (answer == Answer.Unknown)
                open.Add(element);
        }

        if (open.Count == 0)
            return rest is null ? [new NftLookupWay(null, 1, null)] : Certain(rest);
        return open.Count > MostWays ? [] : [.. open.Select(e => new NftLookupWay(e, null, "it is that element")), new NftLookupWay(rest, null, "it is no element")];
    }

    /// <summary>Is the key in the set?</summary>
    public static Answer Contains(NftReading key, NftElements elements)
    {
        var ways = Ways(key, elements);
        if (ways.Count == 0)
            return Answer.Unknown;
        return ways.All(static w => w.Element is not null) ? Answer.Yes : ways.All(static w => w.Element is null) ? Answer.No : Answer.Unknown;
    }

    private static NftLookupWay[] Certain(NftElement element) =>
        element.IsConditional ? [new NftLookupWay(element, null, "the element's limit lets it"), new NftLookupWay(null, null, "the element's limit does not let it")] : [new NftLookupWay(element, 1, null)];

    private static List<NftLookupWay> Chances(NftChanceReading chance, NftElements elements)
    {
        var ways = new List<NftLookupWay>();
        foreach (var element in elements.All)
        {
            if (NftComparisons.Chance(chance, NftComparison.Equal, element.Key) is { } p and > 0)
                ways.Add(new NftLookupWay(element, p, p >= 1 ? null : "the generated number leads there"));
        }

        var left = 1 - ways.Sum(static w => w.Chance!.Value);
        if (left > 1e-9)
            ways.Add(new NftLookupWay(null, left, ways.Count == 0 ? null : "the generated number leads nowhere"));
        return ways;
    }
}
