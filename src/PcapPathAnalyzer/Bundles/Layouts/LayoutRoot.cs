namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>What one run of a collector filled.</summary>
/// <param name="Path">The folder inside the bundle; empty for the bundle itself.</param>
/// <param name="Node">The node it ran on.</param>
/// <param name="NodeWhy">What the node's name was told from.</param>
internal sealed record LayoutRoot(IBundleLayout Layout, string Path, string Node, string NodeWhy)
{
    public bool Holds(string path) => Path.Length == 0 || (path.StartsWith(Path, StringComparison.Ordinal) && path.Length > Path.Length && path[Path.Length] == '/');

    public Placement Place(BundleFile file, BundleRole role)
    {
        var place = Layout.Place(Path.Length == 0 ? file.Path : file.Path[(Path.Length + 1)..]);
        if (role == BundleRole.Dump && !place.IsDump)
            return new Placement(BundleRole.NotNeeded, "", $"{Layout.Name}: says nothing about the network");
        if (role == BundleRole.Unreadable)
            return new Placement(BundleRole.NotNeeded, "", $"{Layout.Name}: neither a capture nor text");
        var node = place.Node ?? Node;
        var why = place.Node is null ? $"{Layout.Name}; node from {NodeWhy}" : $"{Layout.Name}; node from the path";
        return new Placement(role, place.Below.Length == 0 ? node : $"{node}/{place.Below}", why, IsSure: role == BundleRole.Dump);
    }
}
