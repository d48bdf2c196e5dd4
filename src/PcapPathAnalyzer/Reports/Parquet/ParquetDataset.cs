using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Building;

namespace PcapPathAnalyzer.Reports.Parquet;

/// <summary>
/// The tables <c>packets</c>, <c>flows</c>, <c>hops</c> and <c>findings</c> as Parquet files, partitioned by bundle as Hive does
/// (<c>flows/bundle=NAME/flows.parquet</c>): DuckDB, Spark, Trino and ClickHouse read all bundles of a batch as one table each, with the column <c>bundle</c>.
/// </summary>
/// <param name="Root">Folder of the tables' folders.</param>
/// <param name="Bundle">The partition's name.</param>
public sealed record ParquetDataset(string Root, string Bundle)
{
    /// <summary>Names of the tables.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["packets", "flows", "hops", "findings"];

    public string File(string table) => Path.Combine(Root, table, $"bundle={Bundle}", $"{table}.parquet");

    /// <summary>Runs an analysis; its packets are written while it runs, the other tables from its result.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public AnalysisResult Write(Func<PacketSink, AnalysisResult> analyze)
    {
        AnalysisResult? result = null;
        Write("packets", PacketColumns.Create(), table => result = analyze((in PacketSighting s) => table.Add(s)));
        Write("flows", FlowColumns.Create(), table =>
        {
            foreach (var flow in result!.Flows)
                table.Add(flow);
        });
        Write("hops", HopColumns.Create(), table =>
        {
            var actions = new ActionTexts();
            foreach (var flow in result!.Flows)
            {
                foreach (var (direction, isReply) in (ReadOnlySpan<(FlowDirection, bool)>)[(flow.Forward, false), (flow.Reply, true)])
                {
                    foreach (var hop in direction.Hops)
                        table.Add(new FlowHop(flow, hop, isReply, actions.Of(hop.Actions), result.Clocks.LatencyUncertainty(direction, hop.Number - 1)));
                    if (!isReply && flow.Unseen is { } unseen)
                        table.Add(new FlowHop(flow, null, isReply, actions.Of(unseen.Actions), null));
                }
            }
        });
        Write("findings", FindingColumns.Create(), table =>
        {
            foreach (var finding in result!.Findings)
                table.Add(finding);
        });
        return result!;
    }

    /// <summary>Removes what an earlier run wrote for this bundle.</summary>
    public void Clear()
    {
        foreach (var table in Tables)
        {
            if (!System.IO.File.Exists(File(table)) && !System.IO.File.Exists(File(table) + OutputFile.Aside))
                continue;
            System.IO.File.Delete(File(table));
            System.IO.File.Delete(File(table) + OutputFile.Aside);
        }
    }

    private void Write<TRow>(string name, IReadOnlyList<ParquetColumn<TRow>> columns, Action<ParquetTable<TRow>> rows)
    {
        var file = File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        OutputFile.WriteBytes(file, stream =>
        {
            using var table = new ParquetTable<TRow>(stream, columns);
            rows(table);
        });
    }
}
