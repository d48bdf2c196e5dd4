using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Nftables;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Counts files and lines of nft rulesets; collects the lines that no record cites, no problem names, and that say nothing by themselves.</summary>
internal sealed class NftTally
{
    // What describes the block it stands in: read into the block's record, which has the line of its heading.
    private static readonly string[] Settings =
    [
        "type ", "typeof ", "flags ", "size ", "timeout ", "gc-interval ", "auto-merge", "counter", "comment ", "elements = {", "policy ", "hook ", "devices ", "packets ", "over ", "rate ", "l3proto ", "protocol ", "mss ", "wscale ",
        "timestamp", "dport ", "\"",
    ];

    public List<string> Unaccounted { get; } = [];

    public List<Problem> Problems { get; } = [];

    public int Files { get; private set; }

    public int Lines { get; private set; }

    public int Rules { get; private set; }

    public void Add(string name, string content)
    {
        var document = DumpReaders.Read(name, content);
        var cited = document.Records.OfType<NftTable>().SelectMany(Places).Select(p => p.Line).ToHashSet();
        var problems = document.Problems.Select(p => p.Location.Line).ToHashSet();
        // A text that is no ruleset is answered for by the one problem that says so.
        var isOther = document.Kinds.Count == 0 || content.StartsWith('{');
        var lines = content.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            Lines++;
            var continues = i > 0 && lines[i - 1].TrimEnd().EndsWith('\\');
            if (!cited.Contains(i + 1) && !problems.Contains(i + 1) && !continues && !isOther && line is not ("}" or "flush ruleset") && !Array.Exists(Settings, s => line.StartsWith(s, StringComparison.Ordinal)))
                Unaccounted.Add($"{name}:{i + 1}: {lines[i]}");
        }

        Files++;
        Rules += document.Records.OfType<NftTable>().SelectMany(t => t.Chains.Values).Sum(c => c.Rules.Count);
        Problems.AddRange(document.Problems);
    }

    public override string ToString() => $"nft: {Files} files, {Lines} lines, {Rules} rules, {Problems.Count} problems";

    private static IEnumerable<SourceLocation> Places(NftTable table) =>
        table.Chains.Values.SelectMany(c => c.Rules.Select(r => r.Location).Append(c.Location)).Append(table.Location)
            .Concat(table.Sets.Values.SelectMany(s => s.Elements.All.Select(e => e.Location).Append(s.Location))).Concat(table.Objects.Select(o => o.Location));
}
