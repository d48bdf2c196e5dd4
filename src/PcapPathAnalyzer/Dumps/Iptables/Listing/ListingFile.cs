using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>Goes through the lines of a listing, which may be of several tables one behind the other: a chain that comes again begins the next.</summary>
internal sealed class ListingFile(IDumpReader reader, DumpText text, DumpDocument document)
{
    private readonly DumpDocument spelt = new(text.File);
    private readonly RuleWords words = new();
    private ListingColumns? columns;
    private TableBuilder? table;
    private ChainBuilder? chain;
    private RuleParser? parser;
    private int hook;
    private IptablesBackend backend = SaveHeader.BackendOf(text);

    /// <summary><c>Chain INPUT (policy DROP 12 packets, 3456 bytes)</c>, <c>Chain KUBE-SERVICES (2 references)</c>.</summary>
    public static bool TryChain(ReadOnlySpan<char> line, out ReadOnlySpan<char> name, out ReadOnlySpan<char> said)
    {
        name = said = default;
        if (!line.StartsWith("Chain ") || line.LastIndexOf(" (") is not (> 5 and var open) || line[^1] != ')')
            return false;
        name = line["Chain ".Length..open].Trim();
        said = line[(open + 2)..^1];
        return !name.IsEmpty && !name.Contains(' ') && (said.StartsWith("policy ") || said.EndsWith(" references") || said.StartsWith("ERROR "));
    }

    public void Read()
    {
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i].AsSpan().Trim();
            if (line.IsEmpty || CollectorFooter.Is(line))
                continue;
            if (line[0] == '#')
                // Only iptables-nft warns of the other's tables.
                backend = line.StartsWith("# Warning: ip") && line.Contains("-legacy tables present", StringComparison.Ordinal) ? IptablesBackend.Nft : backend;
            else if (TryChain(line, out var name, out var said))
                Chain(name.ToString(), said, i);
            else if (ListingColumns.TryRead(line, out var read))
                columns = read;
            else if (columns is null || chain is null || !Row(columns.Value, i))
                document.Add(Unknown.Line(reader, text, i));
        }

        End(text.IsCut);
    }

    private void Chain(string name, ReadOnlySpan<char> said, int index)
    {
        if (BeginsTable(name, said))
            End(isCut: false);
        if (table is null)
        {
            table = new TableBuilder("", text.At(index), new SaveHeader(ListingFamily.Of(text, index), backend)) { DumpKind = reader.Kind };
            parser = new RuleParser(spelt) { IsIpv6 = table.IpVersion == 6 };
        }

        chain = table.Get(name, text.At(index));
        columns = null;
        var policy = new Words(said);
        if (!policy.Skip("policy"))
            return;
        chain.Policy = policy.Take();
        if (policy.Next() && Counters.TryRounded(policy.Current, out var packets) && policy.Skip("packets,") && policy.Next() && Counters.TryRounded(policy.Current, out var bytes))
            (chain.Packets, chain.Bytes) = (packets, bytes);
    }

    // Built-in chains stand in the order of their hooks; old kernels had nat's POSTROUTING before OUTPUT. One command prints one table.
    private bool BeginsTable(string name, ReadOnlySpan<char> said)
    {
        var before = hook;
        if (said.StartsWith("policy "))
            hook = name switch { "PREROUTING" => 0, "INPUT" => 1, "FORWARD" => 2, _ => 3 };
        return table?.Find(name) is not null || (table is not null && hook < before && !text.CommandWords.Contains("-t"));
    }

    private bool Row(ListingColumns shown, int index)
    {
        if (!shown.TrySplit(text[index], out var row))
            return false;
        var listed = new ListedRule(text[index], row);
        words.Split(listed.Rule(row.Target));
        var rules = new List<IptablesRule>();
        var outline = new RuleOutline(text.At(index), chain!.Name, row.Packets, row.Bytes, listed.IsPartial);
        parser!.Parse(words, 0, outline, $"-A {chain.Name} {listed.Text(row.Target)}".TrimEnd(), rules);
        chain.Rules.AddRange(listed.Untold.Count == 0 ? rules : rules.Select(r => r with { Matches = [.. r.Matches, .. listed.Untold] }));
        foreach (var (words, at) in listed.NotUnderstood)
            document.Add(new Problem(Severity.Warning, "unknown-rule-match", text.At(index, at + 1), $"'{words}' of a listing is not understood; whether it matches cannot be told"));
        return true;
    }

    private void End(bool isCut)
    {
        if (table is null)
            return;
        table.IsCut = isCut;
        table.Name = TableGuess.Of(text, table);
        document.Add(table.Build(document));
        // The parser's columns are those of the rule as iptables-save spells it.
        foreach (var problem in spelt.Problems)
            document.Add(problem with { Location = problem.Location with { Column = 1 } });
        spelt.Clear();
        (table, chain) = (null, null);
    }
}
