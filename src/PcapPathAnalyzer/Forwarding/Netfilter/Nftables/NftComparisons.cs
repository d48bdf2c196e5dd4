using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>Holds what a packet shows against a rule's constants (nft_cmp.c, nft_range.c, nft_bitwise.c, net/netfilter), three-valued.</summary>
internal static class NftComparisons
{
    /// <summary>Is the reading this value, or within this range of values?</summary>
    public static Answer Is(NftReading reading, NftValue value) => (reading, value) switch
    {
        (_, NftAny) => Answer.Yes,
        (NftNumberReading r, NftNumber v) when r.Open != 0 => v.First == v.Last && ((r.Value ^ v.First) & ~r.Open) != 0 ? Answer.No : Answer.Unknown,
        (NftNumberReading r, NftNumber v) => RuleMatcher.Of(r.Value >= v.First && r.Value <= v.Last),
        (NftPortReading r, NftNumber v) => v.First > ushort.MaxValue ? Answer.No : r.Range.Within((ushort)v.First, (ushort)Math.Min(v.Last, ushort.MaxValue)),
        (NftAddressReading r, NftAddress v) => RuleMatcher.Of(v.Contains(r.Address)),
        (NftNameReading r, NftName v) => RuleMatcher.Of(v.Fits(r.Name)),
        // fib ... oif exists, and 0 for none
        (NftNameReading r, NftNumber { First: 0 or 1 } v) => RuleMatcher.Of(v.First == 1 == r.Name.Length > 0),
        (NftTupleReading r, NftTuple v) when r.Parts.Count == v.Parts.Count => All(r.Parts.Zip(v.Parts, Is)),
        _ => Answer.Unknown,
    };

    /// <summary>A match against a constant.</summary>
    /// <param name="isBits">True for sets of bits, where no operator means any of them.</param>
    public static Answer Compare(NftReading reading, NftComparison comparison, NftValue value, bool isBits) => comparison switch
    {
        NftComparison.Implicit when isBits && value is NftNumber mask => AnyBit(reading, mask.First),
        NftComparison.NoneOf when value is NftNumber mask => Not(AnyBit(reading, mask.First)),
        NftComparison.Implicit or NftComparison.Equal => Is(reading, value),
        NftComparison.NotEqual => Not(Is(reading, value)),
        _ => Order(reading, comparison, value),
    };

    public static Answer Not(Answer answer) => answer switch { Answer.Yes => Answer.No, Answer.No => Answer.Yes, _ => answer };

    /// <summary>How likely a generated number is one of these; null where the reading is no such number.</summary>
    public static double? Chance(NftReading reading, NftComparison comparison, NftValue value)
    {
        if (reading is not NftChanceReading chance)
            return null;
        var count = 0;
        for (var i = 0; i < chance.Modulus; i++)
        {
            if (Compare(NftReading.Of((ulong)(chance.Offset + i)), comparison, value, isBits: false) == Answer.Yes)
                count++;
        }

        return (double)count / chance.Modulus;
    }

    private static Answer AnyBit(NftReading reading, ulong mask)
    {
        if (reading is not NftNumberReading r)
            return Answer.Unknown;
        return (r.Value & ~r.Open & mask) != 0 ? Answer.Yes : (r.Open & mask) != 0 ? Answer.Unknown : Answer.No;
    }

    private static Answer Order(NftReading reading, NftComparison comparison, NftValue value)
    {
        int order;
        if (reading is NftNumberReading { Open: 0 } n && value is NftNumber v)
            order = n.Value.CompareTo(v.First);
        else if (reading is NftAddressReading a && value is NftAddress w)
            order = a.Address.CompareTo(w.First);
        else if (reading is NftPortReading p && value is NftNumber { First: <= ushort.MaxValue } x)
            return Port(p.Range, comparison, (ushort)x.First);
        else
            return Answer.Unknown;
        return RuleMatcher.Of(comparison switch
        {
            NftComparison.Less => order < 0,
            NftComparison.LessOrEqual => order <= 0,
            NftComparison.Greater => order > 0,
            _ => order >= 0,
        });
    }

    private static Answer Port(PortRange range, NftComparison comparison, ushort bound) => comparison switch
    {
        NftComparison.Less => Not(range.Within(bound, ushort.MaxValue)),
        NftComparison.GreaterOrEqual => range.Within(bound, ushort.MaxValue),
        NftComparison.LessOrEqual => range.Within(0, bound),
        _ => Not(range.Within(0, bound)),
    };

    private static Answer All(IEnumerable<Answer> answers)
    {
        var result = Answer.Yes;
        foreach (var answer in answers)
        {
            if (answer == Answer.No)
                return answer;
            if (answer == Answer.Unknown)
                result = answer;
        }

        return result;
    }
}
