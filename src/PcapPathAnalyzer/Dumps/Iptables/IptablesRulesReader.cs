using PcapPathAnalyzer.Dumps.Iptables.Parsing;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>
/// <c>iptables -S [-v] [-t TABLE]</c> and <c>ip6tables -S</c>: policies, chains and rules of one table, which the output does not name. Parts of a
/// save file without the table's line are read alike.
/// </summary>
internal sealed class IptablesRulesReader : IDumpReader
{
    public string Kind => "iptables-rules";

    public int Recognise(DumpText text) => Share.Of(text, static line => IsCommand(line) || CollectorFooter.Is(line));

    public void Read(DumpText text, DumpDocument document)
    {
        var commands = new RuleCommands(text, document);
        var header = new SaveHeader(FamilyGuess.Of(text), SaveHeader.BackendOf(text));
        TableBuilder? table = null;
        var hasRules = false;
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i].AsSpan().Trim();
            if (text.IsBlank(i) || CollectorFooter.Is(line))
                continue;
            if (!IsCommand(line))
            {
                document.Add(Unknown.Line(this, text, i));
                continue;
            }

            // Policies come first: one behind a rule is the next table's.
            var isPolicy = line.StartsWith("-P ");
            if (table is null || (isPolicy && hasRules))
            {
                End();
                table = new TableBuilder("", text.At(i), header) { IsCut = text.IsCut, DumpKind = Kind };
                commands.Begin(table);
            }

            hasRules = (hasRules && !isPolicy) || IptablesSaveReader.StartsRule(line);
            if (line[0] == ':')
                commands.Declare(text[i], i);
            else if (line is not "COMMIT")
                commands.Read(text[i], i);
        }

        End();

        void End()
        {
            if (table is null)
                return;
            table.Name = TableGuess.Of(text, table);
            document.Add(table.Build(document));
        }
    }

    private static bool IsCommand(ReadOnlySpan<char> line) =>
        line.StartsWith("-P ") || line.StartsWith("-N ") || IptablesSaveReader.StartsRule(line) || line is "COMMIT" || (line is [':', not ' ', ..] && line.EndsWith("]") && line.Contains(" [", StringComparison.Ordinal));
}
