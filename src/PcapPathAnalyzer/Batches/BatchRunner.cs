using System.Collections.Concurrent;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Batches;

/// <summary>Choices of a batch.</summary>
public sealed record BatchOptions
{
    /// <summary>Bundles analyzed at once; each uses all cores where its captures are large.</summary>
    public int Jobs { get; init; } = Environment.ProcessorCount;

    /// <summary>Bundles that are done and unchanged are not analyzed again.</summary>
    public bool Resume { get; init; }

    public ReportSet Output { get; init; } = new();

    /// <summary>Told after each bundle, from any thread.</summary>
    public Action<BundleRecord>? Finished { get; init; }
}

/// <summary>Analyzes many bundles, each for itself: a bundle that cannot be read, or that the analysis fails on, costs only itself.</summary>
public static class BatchRunner
{
    /// <returns>A record per bundle, in the list's order.</returns>
    public static IReadOnlyList<BundleRecord> Run(IReadOnlyList<BatchItem> items, BatchFolder folder, BatchOptions options)
    {
        var records = new BundleRecord[items.Count];
        // One at a time and in order: a range per worker would leave one with the large ones.
        var queue = Partitioner.Create(Enumerable.Range(0, items.Count), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(queue, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Jobs) }, i =>
        {
            records[i] = Take(items[i], folder, options);
            options.Finished?.Invoke(records[i]);
        });
        return records;
    }

    private static BundleRecord Take(BatchItem item, BatchFolder folder, BatchOptions options)
    {
        var fingerprint = "";
        try
        {
            fingerprint = BatchFingerprint.Of(item.Path, options.Output.Key);
            if (options.Resume && BundleRecord.TryRead(folder.Record(item.Name)) is { } done && done.Fingerprint == fingerprint && done.Status != BundleStatus.Failed)
                return done;
            folder.Clear(item.Name);
            Directory.CreateDirectory(folder.Bundle(item.Name));
            using var bundle = Read(item.Path, out var error);
            return Keep(folder, bundle is null
                ? new BundleRecord { Name = item.Name, Path = item.Path, Fingerprint = fingerprint, Status = BundleStatus.Unreadable, Error = error }
                : BundleRecord.Of(item, fingerprint, Analyze(bundle, item, folder, options)));
        }
        catch (Exception e)
        {
            return Fail(folder, new BundleRecord { Name = item.Name, Path = item.Path, Fingerprint = fingerprint, Status = BundleStatus.Failed, Error = $"{e.GetType().Name}: {e.Message}" });
        }
    }

    private static Bundle? Read(string path, out string error)
    {
        error = "";
        try
        {
            return BundleReader.Read(path);
        }
        catch (Exception e) when (e is BundleException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            error = e.Message;
            return null;
        }
    }

    private static AnalysisResult Analyze(Bundle bundle, BatchItem item, BatchFolder folder, BatchOptions options)
    {
        var defaults = new AnalysisOptions();
        var settings = defaults with { ObservationMemory = MemoryPerJob(defaults, options.Jobs), KeptObservations = defaults.KeptObservations / Math.Max(1, options.Jobs) };
        return options.Output.Write(folder.Bundle(item.Name), folder.Dataset(item.Name), sink => PathAnalyzer.Analyze(bundle, settings with { Packets = sink }));
    }

    // Half of what the machine (or its control group) gives, shared among the jobs; flows and dumps need the rest.
    private static long MemoryPerJob(AnalysisOptions defaults, int jobs) =>
        Math.Max(32L << 20, Math.Min(defaults.ObservationMemory, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / Math.Max(1, jobs)));

    private static BundleRecord Keep(BatchFolder folder, BundleRecord record)
    {
        record.Write(folder.Record(record.Name));
        return record;
    }

    private static BundleRecord Fail(BatchFolder folder, BundleRecord record)
    {
        try
        {
            folder.Clear(record.Name);
            return Keep(folder, record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The output cannot be written: the summary that follows says so once for all.
            return record;
        }
    }
}
