using PcapPathAnalyzer.Bundles.Archives;
using PcapPathAnalyzer.Bundles.Layouts;

namespace PcapPathAnalyzer.Bundles;

/// <summary>
/// Says which namespace each file belongs to: what <c>bundle.json</c> says, then the layout of the collector that made it,
/// then telling file names in one folder, then the folder.
/// </summary>
internal sealed class Placer
{
    private readonly BundleManifest manifest;
    private readonly LayoutRoots roots;
    private readonly LooseFiles loose;

    public Placer(BundleContents contents, BundleManifest manifest)
    {
        this.manifest = manifest;
        roots = LayoutRoots.Find(contents);
        loose = new LooseFiles(contents.Files.Where(f => roots.Of(f.Path) is null));
    }

    /// <summary>Collectors recognised, with the folder each filled.</summary>
    public IReadOnlyList<LayoutRoot> Roots => roots.All;

    public Placement Place(BundleFile file)
    {
        if (file.Name == BundleManifest.FileName)
            return new Placement(BundleRole.Manifest, "", "the bundle's own description");
        var role = file.Kind switch
        {
            ContentKind.Capture => BundleRole.Capture,
            ContentKind.Text or ContentKind.Empty => BundleRole.Dump,
            _ => BundleRole.Unreadable,
        };
        if (manifest.Place(file, role) is { } stated)
            return stated;
        if (roots.Of(file.Path) is { } root)
            return root.Place(file, role);
        if (loose.NamespaceOf(file, role) is var (ns, why))
            return new Placement(role, ns, why);
        return new Placement(role, file.Folder, "its folder", IsSure: false);
    }
}
