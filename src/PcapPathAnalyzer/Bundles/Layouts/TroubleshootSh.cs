using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>A support bundle of troubleshoot.sh (replicatedhq/troubleshoot): what its <c>run</c> host collectors printed, named by the user.</summary>
internal sealed partial class TroubleshootSh : IBundleLayout
{
    public string Name => "troubleshoot.sh support bundle";

    public string? RootOf(string path) => LayoutPaths.Before(path, "host-collectors/", "cluster-resources/");

    public LayoutPlace Place(string relative)
    {
        // Collected from within the cluster, the node's name is a folder more.
        if (!relative.StartsWith("host-collectors/run-host/", StringComparison.Ordinal))
            return LayoutPlace.Other;
        var rest = relative["host-collectors/run-host/".Length..];
        if (Companion().IsMatch(rest))
            return LayoutPlace.Other;
        var slash = rest.IndexOf('/');
        return new LayoutPlace(IsDump: true, "", slash > 0 ? rest[..slash] : null);
    }

    /// <summary><c>support-bundle-2026-08-21T10_15_00</c> does not name the node.</summary>
    public string? NodeOf(string rootName) => null;

    [GeneratedRegex(@"(-info\.json|-stderr\.txt)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Companion();
}
