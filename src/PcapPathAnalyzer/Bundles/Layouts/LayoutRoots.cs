using PcapPathAnalyzer.Bundles.Archives;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>Finds where collectors left their files, anywhere in a bundle; a cluster's bundle has one root per node.</summary>
internal sealed class LayoutRoots
{
    // By path, so that a file finds its root by walking up its own folders.
    private readonly Dictionary<string, LayoutRoot> roots;

    private LayoutRoots(Dictionary<string, LayoutRoot> roots) => this.roots = roots;

    public IReadOnlyList<LayoutRoot> All => [.. roots.Values.OrderBy(r => r.Path, StringComparer.Ordinal)];

    public static LayoutRoots Find(BundleContents contents)
    {
        var found = new Dictionary<string, IBundleLayout>(StringComparer.Ordinal);
        foreach (var file in contents.Files)
        {
            foreach (var layout in LayoutCatalogue.All)
            {
                if (layout.RootOf(file.Path) is { } root)
                    found.TryAdd(root, layout);
            }
        }

        var names = new Dictionary<string, (string Name, string File)>(StringComparer.Ordinal);
        foreach (var file in contents.Files.Where(f => f.Kind == ContentKind.Text))
        {
            if (RootOf(found, file.Path) is { } root && !names.ContainsKey(root) && HostName.Of(file, file.Path[(root.Length == 0 ? 0 : root.Length + 1)..]) is { } name)
                names.Add(root, (name, file.Name));
        }

        return new LayoutRoots(found.ToDictionary(p => p.Key, p => Name(contents, p.Key, p.Value, names), StringComparer.Ordinal));
    }

    /// <summary>The innermost root that holds a file; null where none does.</summary>
    public LayoutRoot? Of(string path) => RootOf(roots, path) is { } root ? roots[root] : null;

    private static string? RootOf<T>(Dictionary<string, T> roots, string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            if (roots.ContainsKey(path[..slash]))
                return path[..slash];
        }

        return roots.ContainsKey("") ? "" : null;
    }

    private static LayoutRoot Name(BundleContents contents, string root, IBundleLayout layout, Dictionary<string, (string Name, string File)> names)
    {
        if (names.TryGetValue(root, out var said))
            return new LayoutRoot(layout, root, said.Name, said.File);
        var rootName = root.Length == 0 ? ArchiveNames.Stem(contents.Name) : LayoutPaths.Leaf(root);
        return layout.NodeOf(rootName) is { } told
            ? new LayoutRoot(layout, root, told, $"the name {rootName}")
            : new LayoutRoot(layout, root, root.Length == 0 ? rootName : root, "its folder; no file in it says the host's name");
    }
}
