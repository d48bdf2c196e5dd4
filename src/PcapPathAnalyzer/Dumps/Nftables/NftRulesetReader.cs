using PcapPathAnalyzer.Dumps.Nftables.Parsing;

namespace PcapPathAnalyzer.Dumps.Nftables;

/// <summary><c>nft [-a] [-n] list ruleset</c>, and rule files as <c>nft -f</c> reads them (nft(8)).</summary>
public sealed class NftRulesetReader : IDumpReader
{
    public string Kind => "nft-ruleset";

    public int Recognise(DumpText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i].AsSpan().Trim();
            if (line.IsEmpty || line[0] == '#')
                continue;
            if (IsTable(line) || IsCommand(line))
                return 100;
            // What a shell printed before it; a long text without a table is something else.
            if (i > 50)
                return 0;
        }

        return 0;
    }

    public void Read(DumpText text, DumpDocument document)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(document);
        new NftFile(this, text, document).Read();
    }

    // table inet filter {
    private static bool IsTable(ReadOnlySpan<char> line)
    {
        if (!line.StartsWith("table ") || line.IndexOf('{') is not (var open and > 0))
            return false;
        var words = line[6..open].Trim();
        var space = words.IndexOf(' ');
        return space < 0 ? !words.IsEmpty : IsFamily(words[..space]) && !words[(space + 1)..].Trim().Contains(' ');
    }

    // add rule ip filter INPUT ...
    private static bool IsCommand(ReadOnlySpan<char> line)
    {
        if (line is "flush ruleset")
            return true;
        foreach (var start in (ReadOnlySpan<string>)["add table ", "add chain ", "add rule ", "add set ", "add map ", "add element ", "insert rule ", "create table "])
        {
            if (line.StartsWith(start))
                return line[start.Length..] is var rest && rest.IndexOf(' ') is var space and > 0 && IsFamily(rest[..space]);
        }

        return false;
    }

    private static bool IsFamily(ReadOnlySpan<char> word)
    {
        foreach (var family in NftTableParser.Families)
        {
            if (word.SequenceEqual(family))
                return true;
        }

        return false;
    }
}
