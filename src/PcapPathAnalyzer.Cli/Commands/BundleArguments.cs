using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary>What commands on a bundle have in common: reading it, and finding what an argument names.</summary>
internal static class BundleArguments
{
    public static AnalysisResult Analyze(string path)
    {
        using var progress = new ProgressLine();
        return PathAnalyzer.Analyze(BundleReader.Read(path), new AnalysisOptions { Progress = progress, KeptObservations = long.MaxValue / 2 });
    }

    /// <exception cref="BundleException">No flow has this ID.</exception>
    public static Flow Flow(AnalysisResult result, string id) =>
        result.Flows.FirstOrDefault(f => f.Id.Equals(id, StringComparison.OrdinalIgnoreCase) || f.Number.ToString() == id)
        ?? throw new BundleException(result.Flows.Count == 0 ? $"--flow {id}: the bundle has no flows" : $"--flow {id}: the bundle's flows are f1 to f{result.Flows.Count}");

    /// <summary>The capture as the bundle names it: exactly so, by a path that leads into the bundle, or by the end of its name where only one fits.</summary>
    /// <exception cref="BundleException">None or several fit.</exception>
    public static string CaptureFile(Bundle bundle, string bundlePath, string name)
    {
        var inside = name.Replace('\\', '/');
        var files = bundle.Captures.Select(c => c.File).ToList();
        if (files.Contains(inside))
            return inside;
        var relative = Path.GetRelativePath(bundlePath, name).Replace('\\', '/');
        if (files.Contains(relative))
            return relative;
        var fit = files.Where(f => f.EndsWith("/" + inside, StringComparison.Ordinal)).ToList();
        return fit.Count switch
        {
            1 => fit[0],
            0 => throw new BundleException($"{name}: the bundle has no such capture; it has {string.Join(", ", files.Take(5))}{(files.Count > 5 ? ", ..." : "")}"),
            _ => throw new BundleException($"{name}: {fit.Count} captures fit: {string.Join(", ", fit.Take(5))}"),
        };
    }
}
