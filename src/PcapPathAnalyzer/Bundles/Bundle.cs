using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Bundles;

/// <summary>A support bundle: its captures and dumps, and to which namespace each belongs. Its captures can be read until it is disposed of.</summary>
public sealed class Bundle : IDisposable
{
    /// <summary>The folder's or archive's name, without its path.</summary>
    public required string Name { get; init; }

    /// <summary>Sorted by file name.</summary>
    public required IReadOnlyList<BundleDump> Dumps { get; init; }

    /// <summary>Sorted by file name.</summary>
    public required IReadOnlyList<BundleCapture> Captures { get; init; }

    /// <summary>Files that were not read, or not whole.</summary>
    public required IReadOnlyList<Problem> Problems { get; init; }

    /// <summary>Every file, what it was taken for, and why; sorted by file name.</summary>
    public IReadOnlyList<BundleItem> Items { get; init; } = [];

    /// <summary>Collectors whose archives were recognised.</summary>
    public IReadOnlyList<BundleCollector> Collectors { get; init; } = [];

    /// <summary>Nodes that <c>bundle.json</c> states for namespaces.</summary>
    public IReadOnlyDictionary<string, string> StatedNodes { get; init; } = new Dictionary<string, string>();

    /// <summary>Nanoseconds that a node's clock was ahead, where <c>bundle.json</c> states it.</summary>
    public IReadOnlyDictionary<string, long> StatedClocks { get; init; } = new Dictionary<string, long>();

    /// <summary>What was unpacked; null where nothing had to be.</summary>
    internal IDisposable? Contents { get; init; }

    /// <summary>Gives back the temporary space that unpacked captures take.</summary>
    public void Dispose() => Contents?.Dispose();
}

/// <summary>A text file of a namespace.</summary>
public sealed record BundleDump(string Namespace, DumpDocument Document);

/// <summary>A capture file of a namespace.</summary>
/// <param name="Namespace">The namespace whose interface it was taken in.</param>
/// <param name="File">Name inside the bundle, forward slashes.</param>
/// <param name="Open">Opens the bytes from the beginning; each call gives a new stream.</param>
public sealed record BundleCapture(string Namespace, string File, Func<Stream> Open)
{
    /// <summary>The interface where <c>bundle.json</c> states it; null to find it out.</summary>
    public string? StatedInterface { get; init; }
}

/// <summary>One run of a collector inside a bundle.</summary>
/// <param name="Layout">The collector's name.</param>
/// <param name="Folder">What it filled; empty for the whole bundle.</param>
/// <param name="Node">The node it ran on.</param>
/// <param name="Why">What the node's name was told from.</param>
public sealed record BundleCollector(string Layout, string Folder, string Node, string Why);
