using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>
/// <c>iptables-save [-c]</c> and <c>ip6tables-save</c> of both backends, and rule files in the same format as
/// iptables-restore reads them (iptables/iptables-restore.c).
/// </summary>
public sealed class IptablesSaveReader : IDumpReader
{
    public string Kind => "iptables-save";

    public int Recognise(DumpText text)
    {
        var table = false;
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i].AsSpan().Trim();
            if (line.IsEmpty)
                continue;
            if (SaveHeader.TryRead(line, out _))
                return 100;
            if (SaveHeader.IsTable(line))
            {
                table = true;
                continue;
            }

            if (table && (line is "COMMIT" || line is [':', _, ..] || StartsRule(line)))
                return 100;
            // Comments and what a shell printed before the ruleset; a long text without a table is something else.
            if (i > 200 && !table)
                return 0;
        }

        return table ? 60 : 0;
    }

    public void Read(DumpText text, DumpDocument document)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(document);
        new SaveFile(this, text, document).Read();
    }

    internal static bool StartsRule(ReadOnlySpan<char> line) =>
        line.StartsWith("-A ") || line.StartsWith("-I ") || (line is ['[', ..] && line.IndexOf("] -A ") > 0);
}
