using System.Text.RegularExpressions;
using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Batches;

/// <summary>The day a bundle is about: that of its first captured frame, or else the one that its name carries, as collectors write it.</summary>
internal static partial class BundleDate
{
    public static DateOnly? Of(string name, AnalysisResult result)
    {
        var captured = result.CapturePoints.Where(p => p.Frames > 0).Select(p => p.FirstTime).ToList();
        if (captured.Count > 0 && captured.Min().Nanoseconds > 0)
            return DateOnly.FromDateTime(DateTime.UnixEpoch.AddTicks(captured.Min().Nanoseconds / TimeSpan.NanosecondsPerTick));
        foreach (Match m in InName().Matches(name))
        {
            if (DateOnly.TryParseExact(m.Value.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), "yyyyMMdd", out var date))
                return date;
        }

        return null;
    }

    // sosreport-node-2026-08-21-abc, pcappath-node-20260821T101500Z, node-2026_08_21
    [GeneratedRegex(@"(?<!\d)20\d\d(?<sign>[-_]?)\d\d\k<sign>\d\d(?=\D|\d{6}(?!\d)|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InName();
}
