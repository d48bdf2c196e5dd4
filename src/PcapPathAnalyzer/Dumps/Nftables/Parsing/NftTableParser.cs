using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Reads <c>table FAMILY NAME { ... }</c> with its chains, sets and objects.</summary>
internal sealed class NftTableParser(DumpText text, DumpDocument document, NftRuleParser rules, IReadOnlyDictionary<int, long> handles)
{
    public static readonly string[] Families = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

    public static readonly string[] ObjectTypes = ["flowtable", "counter", "quota", "limit", "ct helper", "ct timeout", "ct expectation", "synproxy", "secmark", "tunnel", "meter"];

    private readonly NftTableList tables = new();
    private readonly NftSetParser sets = new(text, document, handles);

    public IEnumerable<NftTable> Build() => tables.Build(document);

    /// <inheritdoc cref="NftTableList.Table"/>
    public NftTableBuilder Table(string family, string name, SourceLocation at) => tables.Table(family, name, at);

    public void Read(NftCursor c)
    {
        var first = c.Take();
        var family = Families.Contains(c.Current.Text) && !c.At(1).Is("{") ? c.Take().Text : "ip";
        var table = Table(family, c.Take().Text, At(first));
        table.Handle = Handle(first);
        Body(c, table);
    }

    /// <summary>What stands between a table's braces.</summary>
    public void Body(NftCursor c, NftTableBuilder table)
    {
        c.Take();
        while (true)
        {
            c.SkipBlank();
            if (c.AtEnd)
            {
                table.IsCut = true;
                document.Add(new Problem(Severity.Warning, "unreadable-input", text.At(Math.Max(0, text.Count - 1)), $"the dump ends inside table {table.Family} {table.Name}: rules may be missing"));
                return;
            }

            if (c.Skip("}"))
                return;
            Entry(c, table);
        }
    }

    private void Entry(NftCursor c, NftTableBuilder table)
    {
        var first = c.Current;
        if (c.IsAt("chain") && c.At(2).Is("{"))
        {
            c.Take();
            var chain = table.Chain(c.Take().Text, At(first));
            chain.Handle = Handle(first);
            Chain(c, table.Family, chain);
        }
        else if ((c.IsAt("set") || c.IsAt("map")) && c.At(2).Is("{"))
        {
            var isMap = c.Take().Text == "map";
            var name = c.Take().Text;
            table.Sets[name] = sets.Read(c, name, isMap, At(first));
        }
        else if (c.Skip("flags"))
        {
            for (var entry = c.TakeEntry(); !entry.AtEnd; entry.Skip(","))
                table.Flags.Add(entry.Take().Text);
        }
        else if (c.Skip("comment"))
        {
            table.Comment = c.Take().Text;
        }
        else if (!Object(c, table))
        {
            Unknown(c, $"'{first.Text}' is no part of a table that is known");
        }
    }

    public NftSet Set(NftCursor c, string name, bool isMap, SourceLocation at) => sets.Read(c, name, isMap, at);

    // flowtable f { ... }, ct helper h { ... }
    private bool Object(NftCursor c, NftTableBuilder table)
    {
        var first = c.Current;
        var words = c.IsAt("ct") ? 2 : 1;
        var type = words == 2 ? $"ct {c.At(1).Text}" : first.Text;
        if (!ObjectTypes.Contains(type) || !c.At(words + 1).Is("{"))
            return false;
        c.Position += words;
        var name = c.Take().Text;
        var from = c.Position;
        if (!c.SkipBlock())
            return true;
        table.Objects.Add(new NftObject(type, name, c.Text(from, c.Position), At(first)));
        return true;
    }

    /// <summary>What stands between a chain's braces.</summary>
    public void Chain(NftCursor c, string family, NftChainBuilder chain)
    {
        c.Take();
        while (true)
        {
            c.SkipBlank();
            if (c.AtEnd || c.Skip("}"))
                return;
            if (c.IsAt("type") && c.At(2).Is("hook"))
                Hook(c.TakeEntry(), family, chain);
            else if (c.IsAt("policy"))
                chain.Policy = c.TakeEntry().At(1).Text.ToUpperInvariant();
            else if (c.IsAt("comment"))
                chain.Comment = c.TakeEntry().At(1).Text;
            else if (c.IsAt("flags"))
                c.SkipEntry();
            else
                Rule(c, chain);
        }
    }

    private void Rule(NftCursor c, NftChainBuilder chain)
    {
        var before = c.Position;
        var handle = handles.GetValueOrDefault(c.Current.Line);
        var entry = c.TakeEntry();
        if (entry.Count > 0)
            chain.Rules.Add(rules.Parse(entry, chain.Name, handle));
        else if (c.Position == before)
            c.Take();
    }

    // type nat hook prerouting priority dstnat + 10; type filter hook ingress device "eth0" priority 0
    private void Hook(NftCursor c, string family, NftChainBuilder chain)
    {
        var first = c.Current;
        chain.HookLine = (At(first), text[first.Line][first.Start..].TrimEnd());
        chain.Type = c.At(1).Text;
        c.Position = 3;
        chain.Hook = c.Take().Text;
        if (c.Skip("device"))
            chain.Devices.Add(c.Take().Text);
        else if (c.Skip("devices"))
            Devices(c, chain);
        if (c.Skip("priority") && NftPriorities.Read(c, family) is { } priority)
            chain.Priority = priority;
        else
            document.Add(new Problem(Severity.Warning, "unknown-rule-match", At(first), $"the priority of chain {chain.Name} is not understood: when it sees a packet cannot be told"));
    }

    private static void Devices(NftCursor c, NftChainBuilder chain)
    {
        c.Skip("=");
        for (c.Skip("{"); !c.AtEnd && !c.Skip("}"); c.Skip(","))
            chain.Devices.Add(c.Take().Text);
    }

    private void Unknown(NftCursor c, string message)
    {
        document.Add(new Problem(Severity.Warning, "unreadable-input", At(c.Current), message));
        var before = c.Position;
        c.SkipEntry();
        if (c.Position == before)
            c.Take();
    }

    private long Handle(NftToken token) => handles.GetValueOrDefault(token.Line);

    private SourceLocation At(NftToken token) => text.At(token.Line, token.Start + 1);
}
