using System.Numerics;
using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Checks.Shadowing;

/// <summary>The values that one condition of nftables takes: some, or all but some; or those of a set by name, or that have any of some bits.</summary>
internal sealed class NftValueSet
{
    private IReadOnlyList<NftValue> values = [];
    private bool isComplement;
    private string? named;
    private ulong? anyOf;

    private NftValueSet()
    {
    }

    /// <summary>Null where they are not of one of these kinds.</summary>
    public static NftValueSet? Of(NftMatch match)
    {
        var isOutside = match.Comparison == NftComparison.NotEqual;
        if (match.Set is { Name: { } name })
            return match.Comparison is NftComparison.Implicit or NftComparison.Equal or NftComparison.NotEqual ? new NftValueSet { named = name, isComplement = isOutside } : null;
        if (match.Set?.Elements is { } elements)
            return elements.All.Any(static e => e.IsConditional) ? null : new NftValueSet { values = [.. elements.All.Select(static e => e.Key)], isComplement = isOutside };
        var isBits = match.Left is NftField { Type: var type } && NftTypes.IsBits(type);
        return (match.Comparison, match.Value) switch
        {
            // A packet's state is one bit of these: any of them is one of them.
            (NftComparison.Implicit, NftNumber bits) when match.Left is NftField { Type: NftType.ConntrackState } => new NftValueSet { values = [.. Bits(bits.First)] },
            (NftComparison.Implicit, NftNumber bits) when isBits => new NftValueSet { anyOf = bits.First },
            (NftComparison.Implicit or NftComparison.Equal or NftComparison.NotEqual, { } value) => new NftValueSet { values = [value], isComplement = isOutside },
            (NftComparison.Less, NftNumber { First: > 0 } n) => new NftValueSet { values = [new NftNumber(0, n.First - 1)] },
            (NftComparison.LessOrEqual, NftNumber n) => new NftValueSet { values = [new NftNumber(0, n.First)] },
            (NftComparison.Greater, NftNumber { First: < ulong.MaxValue } n) => new NftValueSet { values = [new NftNumber(n.First + 1, ulong.MaxValue)] },
            (NftComparison.GreaterOrEqual, NftNumber n) => new NftValueSet { values = [new NftNumber(n.First, ulong.MaxValue)] },
            _ => null,
        };
    }

    public bool IsWithin(NftValueSet outer)
    {
        if (named is not null || outer.named is not null)
            return named == outer.named && isComplement == outer.isComplement;
        if (outer.anyOf is { } bits)
            return anyOf is { } own ? (own & ~bits) == 0 : !isComplement && values.All(v => v is NftNumber n && n.First == n.Last && (n.First & bits) != 0);
        if (anyOf is not null)
            return false;
        return (isComplement, outer.isComplement) switch
        {
            (false, false) => values.All(v => outer.values.Any(o => IsWithin(v, o))),
            (true, true) => outer.values.All(o => values.Any(v => IsWithin(o, v))), // outside of more is outside of less
            (false, true) => values.All(v => outer.values.All(o => IsApart(v, o))),
            _ => false,
        };
    }

    private static IEnumerable<NftNumber> Bits(ulong mask)
    {
        for (; mask != 0; mask &= mask - 1)
            yield return new NftNumber(1UL << BitOperations.TrailingZeroCount(mask));
    }

    private static bool IsWithin(NftValue inner, NftValue outer) => (inner, outer) switch
    {
        (NftUnknownValue, _) => false,
        (_, NftAny) => true,
        (NftNumber i, NftNumber o) => o.First <= i.First && i.Last <= o.Last,
        (NftAddress i, NftAddress o) => o.Contains(i.First) && o.Contains(i.Last),
        (NftName i, NftName o) => o.IsWildcard ? i.Text.StartsWith(o.Text, StringComparison.Ordinal) : i == o,
        (NftTuple i, NftTuple o) => i.Parts.Count == o.Parts.Count && i.Parts.Zip(o.Parts).All(static p => IsWithin(p.First, p.Second)),
        _ => false,
    };

    private static bool IsApart(NftValue a, NftValue b) => (a, b) switch
    {
        (NftNumber x, NftNumber y) => x.Last < y.First || y.Last < x.First,
        (NftAddress x, NftAddress y) => !x.Contains(y.First) && !y.Contains(x.First),
        (NftName { IsWildcard: false } x, NftName { IsWildcard: false } y) => x.Text != y.Text,
        (NftTuple x, NftTuple y) => x.Parts.Count == y.Parts.Count && x.Parts.Zip(y.Parts).Any(static p => IsApart(p.First, p.Second)),
        _ => false,
    };
}
