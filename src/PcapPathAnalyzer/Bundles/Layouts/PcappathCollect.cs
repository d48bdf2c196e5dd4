namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>What the script of <c>pcappath collect</c> leaves: a folder per node, its pods below it, and the state before the captures for people to compare.</summary>
internal sealed class PcappathCollect : IBundleLayout
{
    public string Name => "pcappath collect";

    public string? RootOf(string path) => LayoutPaths.Before(path, "pcappath-collect.txt");

    // The dumps made after the captures know the connections and neighbours that the captures show.
    public LayoutPlace Place(string relative)
    {
        if (relative.StartsWith("before/", StringComparison.Ordinal) || relative.EndsWith(".log", StringComparison.Ordinal) || relative is "hostname" or "pcappath-collect.txt")
            return LayoutPlace.Other;
        var folder = relative.LastIndexOf('/');
        return new LayoutPlace(IsDump: true, folder > 0 ? relative[..folder] : "");
    }

    public string? NodeOf(string rootName) => rootName;
}
