using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>Goes through the lines of one save file: tables, chains, rules.</summary>
internal sealed class SaveFile(IDumpReader reader, DumpText text, DumpDocument document)
{
    private readonly RuleCommands commands = new(text, document);
    private SaveHeader? header;
    private TableBuilder? table;

    public void Read()
    {
        for (var i = 0; i < text.Count; i++)
            Line(text[i], i);
        if (table is not null)
            Cut();
    }

    private void Line(string line, int index)
    {
        var trimmed = line.AsSpan().Trim();
        if (trimmed.IsEmpty)
            return;
        if (trimmed[0] == '#')
        {
            if (SaveHeader.TryRead(trimmed, out var read))
                header = read;
        }
        else if (trimmed[0] == '*' && SaveHeader.IsTable(trimmed))
        {
            if (table is not null)
                Unfinished(index);
            table = new TableBuilder(trimmed[1..].Trim().ToString(), text.At(index), header ??= new(FamilyGuess.Of(text), IptablesBackend.Unknown));
            commands.Begin(table);
        }
        else if (table is null)
        {
            // Outside a table ('*filter' ... 'COMMIT') stands another command's output.
            if (!CollectorFooter.Is(trimmed))
                document.Add(Unknown.Line(reader, text, index));
        }
        else if (trimmed is "COMMIT")
        {
            document.Add(table.Build(document));
            table = null;
        }
        else if (trimmed[0] == ':')
        {
            commands.Declare(line, index);
        }
        else
        {
            commands.Read(line, index);
        }
    }

    private void Cut()
    {
        table!.IsCut = true;
        var last = text.Count - 1;
        while (last > 0 && text[last].AsSpan().Trim().IsEmpty)
            last--;
        Say(last, text[last].Length + 1, $"the dump ends here, before the COMMIT of table {table.Name}: rules may be missing");
        document.Add(table.Build(document));
        table = null;
    }

    private void Unfinished(int index)
    {
        table!.IsCut = true;
        Say(index, 1, $"table {table.Name} has no COMMIT before the next table begins: rules may be missing");
        document.Add(table.Build(document));
    }

    private void Say(int index, int column, string message) =>
        document.Add(new Problem(Severity.Warning, "unreadable-input", text.At(index, Math.Max(1, column)), message));
}
