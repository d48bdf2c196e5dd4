namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>How one collector lays out its archive. Adding a collector is one file with one of these, and one line in <see cref="LayoutCatalogue"/>.</summary>
internal interface IBundleLayout
{
    /// <summary>The collector, as its makers call it.</summary>
    string Name { get; }

    /// <summary>
    /// The folder that one run of the collector filled, where this path is one that only this collector makes; empty for
    /// the bundle itself, null for any other path.
    /// </summary>
    /// <param name="path">Of a file inside the bundle, forward slashes.</param>
    string? RootOf(string path);

    /// <summary>What a file of the collector is.</summary>
    /// <param name="relative">Its path below the root.</param>
    LayoutPlace Place(string relative);

    /// <summary>The node's name as the root's own name tells it, for where the content does not; null where it does not tell either.</summary>
    /// <param name="rootName">Last part of the root's path, or the bundle's name without its extension.</param>
    string? NodeOf(string rootName);
}

/// <summary>Where a file belongs.</summary>
/// <param name="IsDump">False for files that say nothing about the network: logs, hardware, packages.</param>
/// <param name="Below">The namespace on the node: a netns or pod; empty for the node's own.</param>
/// <param name="Node">The node, where the path itself says it; null to ask the root.</param>
internal readonly record struct LayoutPlace(bool IsDump, string Below = "", string? Node = null)
{
    public static LayoutPlace Dump { get; } = new(true);

    public static LayoutPlace Other { get; } = new(false);

    public static LayoutPlace DumpIf(bool isDump) => new(isDump);
}
