using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Reads what stands behind an expression: an operator, and a constant or a set.</summary>
internal static class NftRelations
{
    /// <summary>Null where nothing the expression can be held against follows.</summary>
    public static NftMatch? Read(NftCursor c, NftExpression left, int from)
    {
        var types = NftTypes.Of(left);
        var comparison = Comparison(c);
        if (c.AtEnd)
            return null;
        if (c.IsAt("{") || (c.Current.Kind == NftTokenKind.Word && c.Current.Text is ['@', not (',' or ' '), ..] && !c.Current.Text.Contains(',')))
        {
            var set = NftSets.Operand(c, types);
            return new NftMatch(c.Text(from, c.Position), left, comparison, null, set);
        }

        if (c.IsAt("exists") || c.IsAt("missing"))
        {
            // As numbers, the way nft -n prints them.
            var value = new NftNumber(c.Take().Text == "exists" ? 1UL : 0);
            return new NftMatch(c.Text(from, c.Position), left, comparison, value, null);
        }

        if (types.Count == 1 && NftTypes.IsBits(types[0]))
            return Bits(c, left, comparison, types[0], from);
        if (c.Current.Kind == NftTokenKind.Symbol && !c.IsAt("-"))
            return null;
        var key = NftSets.Key(c, types);
        return new NftMatch(c.Text(from, c.Position), left, comparison, key, null);
    }

    private static NftMatch? Bits(NftCursor c, NftExpression left, NftComparison comparison, NftType type, int from)
    {
        var isBracketed = c.Skip("(");
        if (NftExpressions.Bits(c, type)?.Value is not NftNumber bits || (isBracketed && !c.Skip(")")))
            return null;
        // "syn / fin,syn,rst,ack": these of those bits.
        if (c.Skip("/"))
        {
            if (NftExpressions.Bits(c, type) is not { } mask)
                return null;
            left = new NftOperation("&", left, mask);
            comparison = comparison == NftComparison.Implicit ? NftComparison.Equal : comparison;
        }
        else if (left is NftOperation && comparison == NftComparison.Implicit)
        {
            comparison = NftComparison.Equal;
        }

        return new NftMatch(c.Text(from, c.Position), left, comparison, bits, null);
    }

    private static NftComparison Comparison(NftCursor c)
    {
        if (c.AtEnd)
            return NftComparison.Implicit;
        NftComparison? found = c.Current.Text switch
        {
            "==" or "eq" => NftComparison.Equal,
            "!=" or "ne" => NftComparison.NotEqual,
            "<" or "lt" => NftComparison.Less,
            "<=" or "le" => NftComparison.LessOrEqual,
            ">" or "gt" => NftComparison.Greater,
            ">=" or "ge" => NftComparison.GreaterOrEqual,
            "!" => NftComparison.NoneOf,
            _ => null,
        };
        if (found is null || c.Current.Kind == NftTokenKind.Quoted)
            return NftComparison.Implicit;
        c.Take();
        return found.Value;
    }
}
