using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Counts files, lines, and the lines that were not understood; collects those that nobody answers for.</summary>
internal sealed class RulesetTally
{
    public List<string> Unaccounted { get; } = [];

    public List<Problem> Problems { get; } = [];

    public int Files { get; private set; }

    public int Lines { get; private set; }

    public int NotUnderstood { get; private set; }

    public void Add(string name, string content)
    {
        var document = new DumpDocument(name);
        new IptablesSaveReader().Read(new DumpText(name, content.Split('\n')), document);
        var answered = document.Records.SelectMany(Places).Select(p => p.Line).ToHashSet();
        var problems = document.Problems.Select(p => p.Location.Line).ToHashSet();
        var lines = content.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
                continue;
            Lines++;
            if (problems.Contains(i + 1))
                NotUnderstood++;
            else if (!answered.Contains(i + 1) && !IsHeading(lines[i].Trim()))
                Unaccounted.Add($"{name}:{i + 1}: {lines[i]}");
        }

        Files++;
        Problems.AddRange(document.Problems);
    }

    public override string ToString() => $"{Files} files, {Lines} lines, {NotUnderstood} not understood";

    private static IEnumerable<SourceLocation> Places(DumpRecord record) => record switch
    {
        IptablesTable table => table.Chains.Values.SelectMany(c => c.Rules.Select(r => r.Location).Append(c.Location)).Append(table.Location),
        _ => [record.Location],
    };

    private static bool IsHeading(string line) =>
        line.StartsWith('#') || line is "COMMIT";
}
