using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Goes through a ruleset: tables, and the commands of rule files (<c>add rule ip filter INPUT ...</c>).</summary>
internal sealed class NftFile
{
    private readonly NftRulesetReader reader;
    private readonly DumpText text;
    private readonly DumpDocument document;
    private readonly NftCursor cursor;
    private readonly NftTableParser tables;
    private readonly NftCommands commands;

    public NftFile(NftRulesetReader reader, DumpText text, DumpDocument document)
    {
        this.reader = reader;
        this.text = text;
        this.document = document;
        var lexer = new NftLexer(text);
        cursor = new NftCursor(lexer.Run(), text);
        var rules = new NftRuleParser(text, document);
        tables = new NftTableParser(text, document, rules, lexer.Handles);
        commands = new NftCommands(text, tables, rules);
    }

    public void Read()
    {
        while (true)
        {
            cursor.SkipBlank();
            if (cursor.AtEnd)
                break;
            if (cursor.IsAt("table") && IsTable())
                tables.Read(cursor);
            else if (!commands.Read(cursor))
                Unknown();
        }

        foreach (var table in tables.Build())
            document.Add(table);
    }

    private bool IsTable() => cursor.At(1).Kind == NftTokenKind.Word && (cursor.At(2).Is("{") || cursor.At(3).Is("{"));

    private void Unknown()
    {
        var line = cursor.Current.Line;
        document.Add(cursor.IsAt("define") || cursor.IsAt("include")
            ? new Problem(Severity.Warning, "unreadable-input", text.At(line), $"'{cursor.Current.Text}' is not followed: the ruleset as the kernel has it is what 'nft list ruleset' prints")
            : Dumps.Text.Unknown.Line(reader, text, line, cursor.Current.Start + 1));
        while (!cursor.AtEnd && cursor.Current.Line == line)
            cursor.Position++;
    }
}
