using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Json;
using PcapPathAnalyzer.Dumps.Nftables.Parsing;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Nftables.Json;

/// <summary>Goes through the objects of a ruleset in JSON. Rules and sets are spelt as nft prints them and read by the parser of those: one parser for both forms.</summary>
internal sealed class NftJsonFile(IDumpReader reader, DumpText text, DumpDocument document)
{
    private readonly NftTableList tables = new();
    private readonly HashSet<string> words = new(StringComparer.Ordinal);

    public void Read()
    {
        foreach (var entry in JsonEntries.Read(text, Cut, isEnveloped: true))
            Entry(entry, isInsert: false);
        foreach (var table in tables.Build(document))
            document.Add(table);
    }

    private void Cut(Problem fault)
    {
        tables.IsCut = true;
        document.Add(fault);
    }

    private void Entry(JObject entry, bool isInsert)
    {
        if (entry.Properties().FirstOrDefault() is not { Value: JObject value } property)
        {
            Unknown(entry);
            return;
        }

        switch (property.Name)
        {
            // What made the dump; and commands that make room for what follows, or change nothing.
            case "metainfo" or "flush" or "delete" or "destroy" or "list" or "reset":
                break;
            case "add" or "create" or "insert":
                Entry(value, property.Name == "insert");
                break;
            case "table":
                Table(value);
                break;
            case "chain":
                Chain(value);
                break;
            case "rule":
                Rule(value, isInsert);
                break;
            case "set" or "map":
                Set(value, property.Name == "map");
                break;
            case "element":
                Elements(value);
                break;
            case var type when NftTableParser.ObjectTypes.Contains(type) && value.Text("name") is { } name:
                TableOf(value).Objects.Add(new NftObject(type, name, value.ToString(Formatting.None), text.At(value)));
                break;
            default:
                Unknown(entry);
                break;
        }
    }

    private void Table(JObject table)
    {
        var built = tables.Table(table.Text("family") ?? "ip", table.Text("name") ?? "", text.At(table));
        (built.Handle, built.Comment) = (table.Number("handle"), table.Text("comment"));
        built.Flags.AddRange(table.StringOrStrings("flags"));
    }

    private void Chain(JObject chain)
    {
        var at = text.At(chain);
        var built = TableOf(chain).Chain(chain.Text("name") ?? "", at);
        (built.Handle, built.Comment) = (chain.Number("handle"), chain.Text("comment"));
        if (chain.Text("hook") is not { } hook)
            return;
        (built.Type, built.Hook, built.Priority) = (chain.Text("type"), hook, chain.Int("prio"));
        built.Devices.AddRange(chain.StringOrStrings("dev"));
        built.Policy = chain.Text("policy")?.ToUpperInvariant();
        var devices = built.Devices.Count == 0 ? "" : $" devices = {{ {string.Join(", ", built.Devices)} }}";
        built.HookLine = (at, $"type {built.Type} hook {hook}{devices} priority {built.Priority}; policy {chain.Text("policy") ?? "accept"};");
    }

    private void Rule(JObject rule, bool isInsert)
    {
        var at = text.At(rule);
        var chain = TableOf(rule).Chain(rule.Text("chain") ?? "", at);
        var (line, spelt) = Spell(NftSpelling.Rule(rule["expr"] as JArray ?? [], rule.Text("comment")));
        var read = new NftRuleParser(line, spelt).Parse(Cursor(line), chain.Name, rule.Number("handle")) with { Location = at };
        chain.Rules.Insert(isInsert ? 0 : chain.Rules.Count, read);
        Say(spelt, at);
    }

    private void Set(JObject set, bool isMap)
    {
        var at = text.At(set);
        var name = set.Text("name") ?? "";
        var (line, spelt) = Spell(NftSpelling.Set(set));
        var read = new NftSetParser(line, spelt, new Dictionary<int, long>()).Read(Cursor(line), name, isMap, at);
        TableOf(set).Sets[name] = read with { Handle = set.Number("handle"), Elements = new NftElements(Placed(read.Elements.All, set["elem"])) };
        Say(spelt, at);
    }

    private void Elements(JObject element)
    {
        var table = TableOf(element);
        var name = element.Text("name") ?? "";
        var set = table.Sets.GetValueOrDefault(name) ?? new NftSet { Name = name, Location = text.At(element), KeyTypes = [], Elements = new NftElements([]) };
        var (line, _) = Spell(NftSpelling.Elements(element["elem"]));
        var added = Placed(NftSets.Elements(Cursor(line), set.KeyTypes, static _ => default), element["elem"]);
        table.Sets[name] = set with { IsMap = set.IsMap || added.Any(static e => e.Verdict is not null || e.Data is not null), Elements = new NftElements([.. set.Elements.All, .. added]) };
    }

    // Each element stands where its JSON does.
    private IReadOnlyList<NftElement> Placed(IReadOnlyList<NftElement> read, JToken? given)
    {
        var tokens = given is JArray array ? array.ToList() : given is null ? [] : [given];
        return tokens.Count != read.Count ? [.. read.Select(e => e with { Location = given is null ? default : text.At(given) })] : [.. read.Zip(tokens, (e, token) => e with { Location = text.At(token) })];
    }

    private (DumpText Line, DumpDocument Problems) Spell(string spelt) => (new DumpText(text.File, [spelt]), new DumpDocument(text.File));

    private NftCursor Cursor(DumpText line) => new(new NftLexer(line, words).Run().FindAll(static t => t.Kind != NftTokenKind.LineEnd), line);

    // The parser's places are in the text as it was spelt.
    private void Say(DumpDocument spelt, SourceLocation at)
    {
        foreach (var problem in spelt.Problems)
            document.Add(problem with { Location = at });
    }

    private NftTableBuilder TableOf(JObject part) => tables.Table(part.Text("family") ?? "ip", part.Text("table") ?? "", text.At(part));

    private void Unknown(JObject entry) => document.Add(Text.Unknown.Entry(reader, text.At(entry), entry.ToString(Formatting.None)));
}
