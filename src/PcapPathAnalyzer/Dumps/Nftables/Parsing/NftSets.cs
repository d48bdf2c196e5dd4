using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Reads sets and maps where rules use them, and their elements.</summary>
internal static class NftSets
{
    // Statements that an element carries: what they count or limit does not change its key.
    private static readonly string[] Options = ["timeout", "expires", "counter", "comment", "limit", "quota", "last", "ct", "used", "packets", "bytes"];

    /// <summary><c>@name</c>, or <c>{ ... }</c>.</summary>
    public static NftSetOperand Operand(NftCursor c, IReadOnlyList<NftType> types)
    {
        if (c.IsAt("{"))
            return new NftSetOperand(null, new NftElements(Elements(c, types, static _ => default)));
        var name = c.AtEnd ? "" : c.Take().Text;
        return new NftSetOperand(name.TrimStart('@'), null);
    }

    /// <summary>The elements between braces; the cursor is at the opening one.</summary>
    public static List<NftElement> Elements(NftCursor c, IReadOnlyList<NftType> types, Func<NftToken, SourceLocation> at)
    {
        var elements = new List<NftElement>();
        c.Take();
        while (true)
        {
            c.SkipLineEnds();
            if (c.AtEnd || c.Skip("}"))
                return elements;
            if (c.Skip(","))
                continue;
            var before = c.Position;
            elements.Add(Element(c, types, at(c.Current)));
            if (c.Position == before)
                c.Take();
        }
    }

    private static NftElement Element(NftCursor c, IReadOnlyList<NftType> types, SourceLocation at)
    {
        var from = c.Position;
        var key = Key(c, types);
        string? comment = null;
        var isConditional = false;
        Settings(c, ref comment, ref isConditional);
        NftValue? data = null;
        NftVerdict? verdict = null;
        if (c.Skip(":"))
        {
            c.SkipLineEnds();
            verdict = NftVerdicts.Read(c);
            data = verdict is null ? Key(c, []) : null;
            Settings(c, ref comment, ref isConditional);
        }

        return new NftElement(key, at) { Text = c.Text(from, c.Position), Data = data, Verdict = verdict, Comment = comment, IsConditional = isConditional };
    }

    /// <summary>A value for each type, with dots between.</summary>
    public static NftValue Key(NftCursor c, IReadOnlyList<NftType> types)
    {
        var parts = new List<NftValue>();
        do
        {
            c.SkipLineEnds();
            if (c.AtEnd || c.Current.Kind == NftTokenKind.Symbol)
                break;
            parts.Add(One(c, parts.Count < types.Count ? types[parts.Count] : NftType.Other));
        }
        while (c.Skip("."));
        return parts.Count == 1 ? parts[0] : parts.Count == 0 ? new NftUnknownValue("") : new NftTuple(parts);
    }

    private static NftValue One(NftCursor c, NftType type)
    {
        var first = c.Take();
        var text = first.Text;
        // Rule files may part a range by blanks.
        if (c.IsAt("-") && !c.At(1).Is("}"))
        {
            c.Take();
            text = $"{text}-{c.Take().Text}";
        }

        if (NftTypes.IsBits(type) && (c.IsAt("|") || NftValues.Number(text, type) is null))
        {
            c.Position--;
            return NftExpressions.Bits(c, type, isElement: true)?.Value ?? new NftUnknownValue(c.Take().Text);
        }

        return first.Kind == NftTokenKind.Quoted && type == NftType.Other ? new NftName(text) : NftValues.Parse(text, type);
    }

    private static void Settings(NftCursor c, ref string? comment, ref bool isConditional)
    {
        while (true)
        {
            c.SkipLineEnds();
            if (c.AtEnd || c.Current.Kind != NftTokenKind.Word || !Options.Contains(c.Current.Text))
                return;
            isConditional |= c.Current.Text is "limit" or "quota" or "ct";
            if (c.Take().Text == "comment")
                comment = c.AtEnd ? null : c.Take().Text;
            else
                SkipSetting(c);
        }
    }

    private static void SkipSetting(NftCursor c)
    {
        while (!c.AtEnd && c.Current.Kind != NftTokenKind.LineEnd && !c.IsAt(",") && !c.IsAt("}") && !c.IsAt(":") && !Options.Contains(c.Current.Text))
            c.Take();
    }
}
