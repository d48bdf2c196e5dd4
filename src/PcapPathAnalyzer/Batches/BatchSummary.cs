using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Batches;

/// <summary>What many bundles say together: which causes, in which bundles, how often, and when.</summary>
public sealed class BatchSummary
{
    /// <summary>Up to so many days a trend has a bar per day, beyond that per month.</summary>
    private const int MaxDays = 62;

    /// <param name="records">In any order; the summary depends on nothing else.</param>
    public BatchSummary(IEnumerable<BundleRecord> records)
    {
        Bundles = [.. records.OrderBy(r => r.Name, StringComparer.Ordinal)];
        Causes = [.. Bundles.SelectMany(b => b.Causes.Select(c => (Bundle: b, Cause: c))).GroupBy(p => p.Cause.Code, StringComparer.Ordinal)
            .Select(g => new BatchCause(
                FindingCode.Of(g.Key),
                g.Max(p => p.Cause.Severity),
                [.. g.Select(p => p.Bundle.Name).Distinct(StringComparer.Ordinal)],
                g.Count(),
                g.Sum(p => (long)p.Cause.Flows)))
            .OrderByDescending(c => c.Severity).ThenByDescending(c => c.Bundles.Count).ThenBy(c => c.Code.Code, StringComparer.Ordinal)];
        var dated = Bundles.Where(b => b.Date is not null).ToList();
        var byMonth = dated.Count > 0 && dated.Max(b => b.Date!.Value.DayNumber) - dated.Min(b => b.Date!.Value.DayNumber) >= MaxDays;
        Periods = [.. dated.GroupBy(b => b.Date!.Value.ToString(byMonth ? "yyyy-MM" : "yyyy-MM-dd"), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new BatchPeriod(g.Key, g.Count(), g.SelectMany(b => b.Causes.Select(c => c.Code).Distinct(StringComparer.Ordinal)).CountBy(c => c, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal)))];
    }

    /// <summary>By name.</summary>
    public IReadOnlyList<BundleRecord> Bundles { get; }

    /// <summary>Worst first, then those in most bundles.</summary>
    public IReadOnlyList<BatchCause> Causes { get; }

    /// <summary>Days, or months where the bundles span more than 62 days; only those that have bundles.</summary>
    public IReadOnlyList<BatchPeriod> Periods { get; }

    /// <summary>Writes <c>summary.csv</c>, <c>summary.json</c> and <c>summary.html</c>; a shard's own carry its number.</summary>
    public void Write(BatchFolder folder, BatchShard shard)
    {
        Directory.CreateDirectory(folder.Root);
        var stem = Path.Combine(folder.Root, shard.IsWhole ? "summary" : $"summary-{shard.Index}-of-{shard.Count}");
        SummaryCsv.Write(this, stem + ".csv");
        SummaryJson.Write(this, stem + ".json");
        SummaryHtml.Write(this, stem + ".html");
    }
}

/// <summary>A kind of finding over all bundles.</summary>
/// <param name="Severity">The worst it had.</param>
/// <param name="Bundles">Names, in order.</param>
/// <param name="Findings">How often it was found.</param>
/// <param name="Flows">Flows that show it, over all bundles.</param>
public sealed record BatchCause(FindingCode Code, Severity Severity, IReadOnlyList<string> Bundles, int Findings, long Flows);

/// <summary>A day or month.</summary>
/// <param name="Name"><c>2026-08-21</c> or <c>2026-08</c>.</param>
/// <param name="Bundles">Bundles of it.</param>
/// <param name="Causes">Bundles of it that show a code.</param>
public sealed record BatchPeriod(string Name, int Bundles, IReadOnlyDictionary<string, int> Causes);
