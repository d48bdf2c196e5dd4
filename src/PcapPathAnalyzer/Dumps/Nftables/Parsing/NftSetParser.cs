using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Reads <c>set NAME { type ...; elements = { ... } }</c>, and maps.</summary>
internal sealed class NftSetParser(DumpText text, DumpDocument document, IReadOnlyDictionary<int, long> handles)
{
    private static readonly string[] Known = ["timeout", "gc-interval", "size", "policy", "auto-merge", "counter", "quota", "limit", "last", "ct"];

    public NftSet Read(NftCursor c, string name, bool isMap, SourceLocation at)
    {
        var handle = handles.GetValueOrDefault(c.Current.Line);
        c.Take();
        IReadOnlyList<NftType> types = [];
        var typeText = "";
        string? comment = null;
        List<string> flags = [];
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        List<NftElement> elements = [];
        while (true)
        {
            c.SkipBlank();
            if (c.AtEnd || c.Skip("}"))
                break;
            if (c.IsAt("type") || c.IsAt("typeof"))
            {
                (types, typeText) = Types(c.TakeEntry());
            }
            else if (c.Skip("flags"))
            {
                for (var entry = c.TakeEntry(); !entry.AtEnd; entry.Skip(","))
                    flags.Add(entry.Take().Text);
            }
            else if (c.Skip("comment"))
            {
                comment = c.Take().Text;
            }
            else if (c.IsAt("elements") && c.At(1).Is("=") && c.At(2).Is("{"))
            {
                c.Position += 2;
                elements = NftSets.Elements(c, types, t => text.At(t.Line, t.Start + 1));
            }
            else
            {
                Detail(c, details);
            }
        }

        return new NftSet { Name = name, Location = at, IsMap = isMap, KeyTypes = types, TypeText = typeText, Flags = flags, Comment = comment, Handle = handle, Details = details, Elements = new NftElements(elements) };
    }

    // type ipv4_addr . inet_service : verdict; typeof ip saddr . tcp dport : ip daddr
    private static (IReadOnlyList<NftType> Types, string Text) Types(NftCursor c)
    {
        if (c.Take().Text == "typeof")
            return (NftExpressions.Read(c) is { } expression ? NftTypes.Of(expression) : [], c.Text(1, c.Count));
        var types = new List<NftType>();
        do
            types.Add(NftTypes.Named(c.Take().Text));
        while (c.Skip("."));
        return (types, c.Text(1, c.Count));
    }

    private void Detail(NftCursor c, Dictionary<string, string> details)
    {
        var first = c.Current;
        var from = c.Position;
        if (!Known.Contains(first.Text))
            document.Add(new Problem(Severity.Warning, "unreadable-input", text.At(first.Line, first.Start + 1), $"'{first.Text}' is no part of a set that is known"));
        c.SkipEntry();
        if (c.Position == from)
            c.Take();
        details[first.Text] = c.Text(Math.Min(from + 1, c.Position), c.Position);
    }
}
