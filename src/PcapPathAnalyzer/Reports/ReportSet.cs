using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports.Parquet;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Building;

namespace PcapPathAnalyzer.Reports;

/// <summary>What an analysis is to leave in a folder.</summary>
public sealed record ReportSet
{
    /// <summary>What <c>--format</c> calls the tables of <see cref="ParquetDataset"/>.</summary>
    public const string ParquetFormat = "parquet";

    public IReadOnlyList<IReport> Reports { get; init; } = ReportFormats.All;

    /// <summary>Also <c>packets.csv</c>.</summary>
    public bool Packets { get; init; }

    /// <summary>Also Parquet tables.</summary>
    public bool Parquet { get; init; }

    /// <summary>Runs an analysis and writes all of it. Packets are written while it runs: those of a large bundle are not kept.</summary>
    /// <param name="folder">For the report files; exists.</param>
    /// <param name="dataset">For the Parquet tables.</param>
    /// <param name="analyze">The analysis; it gets the sink for its packets, null where nobody takes them.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public AnalysisResult Write(string folder, ParquetDataset dataset, Func<PacketSink?, AnalysisResult> analyze)
    {
        var run = analyze;
        if (Packets)
            run = sink => PacketsCsv.Write(folder, csv => analyze(sink + csv));
        var result = Parquet ? dataset.Write(table => run(table)) : run(null);
        WriteReports(result, folder);
        return result;
    }

    // Side by side: while one waits for its file or for the threads that make its lines, another goes on. A thread each, since those threads are the pool's.
    private void WriteReports(AnalysisResult result, string folder)
    {
        var writing = Reports.Select(r => Task.Factory.StartNew(() => r.Write(result, folder), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Task.WhenAll(writing).GetAwaiter().GetResult();
    }

    /// <summary>What the files depend on.</summary>
    internal string Key => $"{string.Join(',', Reports.Select(r => r.Format).Order(StringComparer.Ordinal))}{(Packets ? " packets" : "")}{(Parquet ? " parquet" : "")}";
}
