using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>The tables of a dump while it is read, in its order.</summary>
internal sealed class NftTableList
{
    private readonly List<NftTableBuilder> tables = [];

    /// <summary>True where the dump ended before its end: any table may lack something.</summary>
    public bool IsCut { get; set; }

    /// <summary>The table, made where the dump has not declared it.</summary>
    public NftTableBuilder Table(string family, string name, SourceLocation at)
    {
        var found = tables.Find(t => t.Family == family && t.Name == name);
        if (found is null)
            tables.Add(found = new NftTableBuilder(family, name, at));
        return found;
    }

    public IEnumerable<NftTable> Build(DumpDocument document)
    {
        foreach (var table in tables)
        {
            table.IsCut |= IsCut;
            yield return table.Build(document);
        }
    }
}
