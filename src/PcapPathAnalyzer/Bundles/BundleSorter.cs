using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Bundles;

/// <summary>Goes through a bundle's files: places each, reads the dumps, and finds the homes of captures whose place says nothing.</summary>
internal sealed class BundleSorter
{
    private readonly List<BundleDump> dumps = [];
    private readonly List<BundleCapture> captures = [];
    private readonly List<BundleItem> items = [];
    private readonly List<Problem> problems;

    public BundleSorter(BundleContents contents, BundleManifest manifest)
    {
        problems = [.. contents.Problems, .. manifest.Problems];
        var placer = new Placer(contents, manifest);
        Collectors = [.. placer.Roots.Select(r => new BundleCollector(r.Layout.Name, r.Path, r.Node, r.NodeWhy))];
        var found = new List<(BundleFile File, Placement Placement)>();
        foreach (var file in contents.Files)
        {
            var placement = placer.Place(file);
            if (placement.Role == BundleRole.Capture)
                found.Add((file, placement));
            else
                Take(file, placement);
        }

        var homes = new CaptureHome(dumps);
        foreach (var (file, placement) in found)
            Add(file, placement.IsSure || homes.HasDumps(placement.Namespace) ? placement : homes.Find(file, placement));
        items.Sort(static (a, b) => string.CompareOrdinal(a.File, b.File));
    }

    /// <summary>Sorted by file name, as are the others.</summary>
    public IReadOnlyList<BundleDump> Dumps => dumps;

    public IReadOnlyList<BundleCapture> Captures => captures;

    public IReadOnlyList<BundleItem> Items => items;

    public IReadOnlyList<Problem> Problems => problems;

    public IReadOnlyList<BundleCollector> Collectors { get; }

    private void Add(BundleFile file, Placement placement)
    {
        captures.Add(new BundleCapture(placement.Namespace, file.Name, file.Open) { StatedInterface = placement.Interface });
        items.Add(new BundleItem(file.Name, file.Size, BundleRole.Capture, placement.Namespace, placement.Why, []));
    }

    private void Take(BundleFile file, Placement placement)
    {
        DumpDocument? document = null;
        if (placement.Role == BundleRole.Dump)
            document = ReadDump(file, placement.Namespace);
        else if (placement.Role == BundleRole.Unreadable)
            problems.Add(new Problem(Severity.Info, "unreadable-input", new SourceLocation(file.Name, 0), "neither a capture nor text; not read"));
        var role = placement.Role == BundleRole.Dump && document is null ? BundleRole.Unreadable : placement.Role;
        items.Add(new BundleItem(file.Name, file.Size, role, document is null ? "" : placement.Namespace, placement.Why, document is null ? [] : [.. document.Kinds.Distinct()]));
    }

    private DumpDocument? ReadDump(BundleFile file, string ns)
    {
        try
        {
            if (DumpFileText.ReadLines(file) is { } lines)
            {
                var document = DumpReaders.Read(file.Name, lines);
                problems.AddRange(document.Problems);
                foreach (var (netns, part) in document.ByNetworkNamespace())
                    dumps.Add(new BundleDump(netns is null ? ns : Below(ns, netns), part));
                return document;
            }

            Report(file, $"more text than a dump has ({BundleLimits.MaxDumpBytes} bytes at most); not read");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Report(file, e.Message);
        }

        return null;
    }

    // A namespace that a heading names hangs on the one whose folder it stands in.
    private static string Below(string ns, string netns) => $"{ns}/{netns}";

    private void Report(BundleFile file, string message) =>
        problems.Add(new Problem(Severity.Warning, "unreadable-input", new SourceLocation(file.Name, 0), message));
}
