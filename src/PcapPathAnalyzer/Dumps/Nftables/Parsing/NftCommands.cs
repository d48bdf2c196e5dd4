using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Reads the commands of rule files that say what a ruleset is made of: add, insert, create.</summary>
internal sealed class NftCommands(DumpText text, NftTableParser tables, NftRuleParser rules)
{
    /// <summary>False, and nothing taken, where the command is none that builds a ruleset.</summary>
    public bool Read(NftCursor c)
    {
        // They make room for what follows.
        if (c.IsAt("flush") || c.IsAt("destroy") || (c.IsAt("delete") && c.At(1).Is("table")))
        {
            c.SkipEntry();
            return true;
        }

        if (!c.IsAt("add") && !c.IsAt("insert") && !c.IsAt("create"))
            return false;
        var before = c.Position;
        var first = c.Take();
        var at = text.At(first.Line, first.Start + 1);
        var word = c.Take().Text;
        if (word is not ("table" or "chain" or "rule" or "set" or "map" or "element"))
        {
            c.Position = before;
            return false;
        }

        var family = NftTableParser.Families.Contains(c.Current.Text) && c.At(1).Kind == NftTokenKind.Word ? c.Take().Text : "ip";
        var table = tables.Table(family, c.Take().Text, at);
        switch (word)
        {
            case "table" when c.IsAt("{"):
                tables.Body(c, table);
                break;
            case "chain":
                var chain = table.Chain(c.Take().Text, at);
                if (c.IsAt("{"))
                    tables.Chain(c, table.Family, chain);
                break;
            case "rule":
                Rule(c, table.Chain(c.Take().Text, at), first);
                break;
            case "set" or "map":
                var name = c.Take().Text;
                if (c.IsAt("{"))
                    table.Sets[name] = tables.Set(c, name, word == "map", at);
                break;
            case "element":
                Elements(c, table);
                break;
        }

        c.SkipEntry();
        return true;
    }

    private void Rule(NftCursor c, NftChainBuilder chain, NftToken command)
    {
        if (c.Current.Text is "handle" or "position" or "index")
            c.Position += 2;
        var entry = c.TakeEntry();
        if (entry.Count == 0)
            return;
        var rule = rules.Parse(entry, chain.Name, 0) with { Location = text.At(command.Line, command.Start + 1) };
        if (command.Text == "insert")
            chain.Rules.Insert(0, rule);
        else
            chain.Rules.Add(rule);
    }

    private void Elements(NftCursor c, NftTableBuilder table)
    {
        var name = c.Take().Text;
        if (!c.IsAt("{"))
            return;
        var set = table.Sets.GetValueOrDefault(name) ?? new NftSet { Name = name, Location = text.At(c.Current.Line), KeyTypes = [], Elements = new NftElements([]) };
        var added = NftSets.Elements(c, set.KeyTypes, t => text.At(t.Line, t.Start + 1));
        table.Sets[name] = set with { IsMap = set.IsMap || added.Exists(static e => e.Verdict is not null || e.Data is not null), Elements = new NftElements([.. set.Elements.All, .. added]) };
    }
}
