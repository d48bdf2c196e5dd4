using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Parquet;

namespace PcapPathAnalyzer.Batches;

/// <summary>A batch's output: <c>bundles/NAME/</c> with what <c>analyze</c> writes and the bundle's record, <c>parquet/</c> over all, and the summary files.</summary>
/// <param name="Root">What <c>--out</c> names.</param>
public sealed record BatchFolder(string Root)
{
    private const string RecordFile = "bundle-record.json";

    public string Bundle(string name) => Path.Combine(Root, "bundles", name);

    public string Record(string name) => Path.Combine(Bundle(name), RecordFile);

    /// <summary>Where a bundle's part of the tables over all bundles lies.</summary>
    public ParquetDataset Dataset(string name) => new(Path.Combine(Root, "parquet"), name);

    /// <summary>Names of the bundles that are done, in order.</summary>
    public IEnumerable<string> Done()
    {
        var bundles = Path.Combine(Root, "bundles");
        return Directory.Exists(bundles)
            ? Directory.GetDirectories(bundles).Select(d => Path.GetFileName(d)!).Where(n => File.Exists(Record(n))).Order(StringComparer.Ordinal)
            : [];
    }

    /// <summary>Removes what an earlier run left for a bundle, and nothing that is not the program's own.</summary>
    public void Clear(string name)
    {
        // The record first: without it the bundle counts as not done, whatever happens next.
        if (Directory.Exists(Bundle(name)))
            ClearReports(name);
        Dataset(name).Clear();
    }

    private void ClearReports(string name)
    {
        foreach (var file in ReportFormats.All.SelectMany(r => r.Files).Append(PacketsCsv.File).Prepend(RecordFile))
        {
            File.Delete(Path.Combine(Bundle(name), file));
            File.Delete(Path.Combine(Bundle(name), file + OutputFile.Aside));
        }
    }
}
