using System.Globalization;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>conntrack -S</c>, and /proc/net/stat/nf_conntrack, whose numbers are hexadecimal.</summary>
internal sealed class ConntrackStatisticsReader : IDumpReader
{
    public string Kind => "conntrack-statistics";

    public int Recognise(DumpText text) => text.Lines.Any(static l => IsTitle(l)) ? 95 : Share.Of(text, static line => line.StartsWith("cpu=") && line.Contains("insert", StringComparison.Ordinal));

    public void Read(DumpText text, DumpDocument document)
    {
        string[] columns = [];
        var cpu = 0;
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i))
                continue;
            if (IsTitle(text[i]))
            {
                columns = text[i].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                continue;
            }

            var counters = columns.Length > 0 ? Row(text[i], columns) : Pairs(text[i]);
            if (counters is null)
                document.Add(Unknown.Line(this, text, i));
            else
                document.Add(new ConntrackStatisticsRecord { Location = text.At(i), Cpu = counters.Remove("cpu", out var number) ? (int)number : cpu++, Counters = counters });
        }
    }

    private static bool IsTitle(ReadOnlySpan<char> line) => line.StartsWith("entries ") && line.Contains("insert_failed", StringComparison.Ordinal);

    private static Dictionary<string, long>? Pairs(string line)
    {
        var counters = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var word in line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !long.TryParse(word.AsSpan(equals + 1), out var value))
                return null;
            counters[word[..equals]] = value;
        }

        return counters;
    }

    private static Dictionary<string, long>? Row(string line, string[] columns)
    {
        var cells = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var counters = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < columns.Length; i++)
        {
            if (i >= cells.Length || !long.TryParse(cells[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                return null;
            counters[columns[i]] = value;
        }

        return counters;
    }
}
