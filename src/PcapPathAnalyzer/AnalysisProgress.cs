using PcapPathAnalyzer.Bundles;

namespace PcapPathAnalyzer;

/// <summary>What an analysis is doing, and how far it has read.</summary>
/// <param name="Doing">A few words.</param>
/// <param name="Done">Bytes of captures read.</param>
/// <param name="Total">Bytes of all captures, as far as known.</param>
public readonly record struct AnalysisProgress(string Doing, long Done, long Total);

/// <summary>Counts the bytes of captures as they are read, from any thread.</summary>
internal sealed class ReadingMeter(IProgress<AnalysisProgress> progress, Bundle bundle)
{
    private readonly long total = bundle.Items.Where(i => i.Role == BundleRole.Capture && i.Size > 0).Sum(i => i.Size);
    private long done;

    /// <summary>The same captures, counted when they are read.</summary>
    public IReadOnlyList<BundleCapture> Meter(IReadOnlyList<BundleCapture> captures) =>
        [.. captures.Select(c => c with { Open = () => new MeteredStream(c.Open(), Count) })];

    /// <summary>All captures are read; something else is done now.</summary>
    public void Next(string doing)
    {
        var all = Math.Max(total, Interlocked.Read(ref done));
        progress.Report(new AnalysisProgress(doing, all, all));
    }

    private void Count(int bytes)
    {
        var now = Interlocked.Add(ref done, bytes);
        // What came out of an archive may be more than the archive said.
        progress.Report(new AnalysisProgress("reading captures", Math.Min(now, Math.Max(0, total - 1)), total));
    }
}
