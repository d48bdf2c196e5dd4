using System.Text;

namespace PcapPathAnalyzer.Tests.Bundles;

/// <summary>Reads the program's CSV files without the library that wrote them.</summary>
internal static class CsvRows
{
    public static IEnumerable<IReadOnlyDictionary<string, string>> Of(string file)
    {
        var records = Records(File.ReadAllText(file)).ToList();
        return records.Skip(1).Select(r => (IReadOnlyDictionary<string, string>)records[0].Zip(r).ToDictionary(p => p.First, p => p.Second));
    }

    /// <summary>The fields of each record, the header first.</summary>
    public static IEnumerable<List<string>> Records(string text)
    {
        var record = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c is ',' or '\n' && !quoted)
            {
                record.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    yield return record;
                    record = [];
                }
            }
            else
            {
                field.Append(c);
            }
        }
    }
}
