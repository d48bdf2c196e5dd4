using System.Globalization;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>
/// Reads the statements of one rule. What it does not know is kept as a condition that is neither yes nor no, up to the rule's verdict,
/// and said as a problem with its column.
/// </summary>
internal sealed class NftRuleParser(DumpText text, DumpDocument document)
{
    private static readonly string[] Verdicts = ["accept", "drop", "return", "jump", "goto", "reject", "queue"];

    private readonly List<NftStatement> statements = [];
    private string? comment;
    private (long Packets, long Bytes) counters;

    public NftRule Parse(NftCursor c, string chain, long handle)
    {
        statements.Clear();
        comment = null;
        counters = (-1, -1);
        var first = c.Current;
        while (!c.AtEnd)
        {
            var from = c.Position;
            if (Comment(c))
                continue;
            if (Statement(c) is { } statement)
                statements.Add(statement);
            else
                Unknown(c, from);
        }

        return new NftRule
        {
            Location = text.At(first.Line, first.Start + 1),
            Chain = chain,
            Text = c.Text(0, c.Count),
            Statements = statements.ToArray(),
            Handle = handle,
            Comment = comment,
            Packets = counters.Packets,
            Bytes = counters.Bytes,
        };
    }

    private bool Comment(NftCursor c)
    {
        if (!c.IsAt("comment") || c.At(1).Kind == NftTokenKind.LineEnd)
            return false;
        c.Take();
        comment = c.Take().Text;
        return true;
    }

    private NftStatement? Statement(NftCursor c)
    {
        if (NftVerdicts.Read(c) is { } verdict)
            return verdict;
        if (c.IsAt("counter"))
            return Counter(c);
        return NftTranslations.Read(c) ?? NftStatements.Read(c) ?? Match(c);
    }

    private NftEffect Counter(NftCursor c)
    {
        var from = c.Position;
        c.Take();
        if (c.Skip("name"))
            c.Position = c.IsAt("{") || NftExpressions.CanBegin(c) ? End(c) : c.Position + 1;
        else if (c.Skip("packets"))
            counters = (Number(c.Take().Text), c.Skip("bytes") ? Number(c.Take().Text) : -1);
        return new NftEffect(c.Text(from, c.Position));
    }

    private static int End(NftCursor c)
    {
        NftExpressions.Read(c);
        return c.Position;
    }

    private static long Number(string word) => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    /// <summary>An expression and what it is held against, looked up in, or set to.</summary>
    private static NftStatement? Match(NftCursor c)
    {
        var from = c.Position;
        if (NftExpressions.Read(c) is not { } left)
            return null;
        if (c.Skip("vmap"))
        {
            var map = NftSets.Operand(c, NftTypes.Of(left));
            return new NftVerdictMap(c.Text(from, c.Position), left, map);
        }

        if (left is NftField field && c.Skip("set"))
        {
            var value = NftExpressions.ReadValue(c, field.Type);
            return field.Name is "meta mark" or "ct mark" or "ct zone" or "ct original zone" or "ct reply zone" || field.Name.StartsWith("ip", StringComparison.Ordinal) || field.Name.Contains("port", StringComparison.Ordinal)
                ? new NftSetField(c.Text(from, c.Position), field, value)
                : new NftEffect(c.Text(from, c.Position));
        }

        // tcp option maxseg size set 1400
        if (left is NftOpaque && c.Skip("set"))
        {
            NftExpressions.ReadValue(c, NftType.Other);
            return new NftEffect(c.Text(from, c.Position));
        }

        var before = c.Position;
        if (NftRelations.Read(c, left, from) is { } match)
            return match;
        c.Position = before;
        return null;
    }

    private void Unknown(NftCursor c, int from)
    {
        c.Position = from;
        var first = c.Current;
        while (!c.AtEnd && !Verdicts.Any(c.IsAt) && !c.IsAt("comment"))
        {
            if (c.IsAt("{"))
                c.SkipBlock();
            else
                c.Take();
        }

        if (c.Position == from)
            c.Take();
        var what = c.Text(from, c.Position);
        statements.Add(new NftUnknowable(what, false));
        document.Add(new Problem(Severity.Warning, "unknown-rule-match", text.At(first.Line, first.Start + 1), $"'{what}' is not understood"));
    }
}
