using PcapPathAnalyzer.Bundles.Archives;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Bundles;

/// <summary>
/// All files of a bundle, whether it is a folder, an archive, or archives in one: each is unpacked at most once, to a
/// temporary file where it cannot be read in place. What is hostile or damaged is refused entry by entry.
/// </summary>
internal sealed class BundleContents : IDisposable
{
    private readonly Spool spool = new();
    private readonly Dictionary<string, BundleFile> files = new(StringComparer.Ordinal);
    private readonly List<Problem> problems = [];
    private readonly List<string> added = [];
    private int entries;
    private int refused;

    private BundleContents(string path) => Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    /// <summary>The folder's or archive's name, without its path.</summary>
    public string Name { get; }

    /// <summary>Ordered by name.</summary>
    public IReadOnlyList<BundleFile> Files { get; private set; } = [];

    /// <summary>Entries refused, and archives that end early.</summary>
    public IReadOnlyList<Problem> Problems => problems;

    /// <exception cref="BundleException">There is nothing at the path.</exception>
    /// <exception cref="IOException">The archive cannot be opened.</exception>
    public static BundleContents Open(string path)
    {
        var contents = new BundleContents(path);
        try
        {
            if (Directory.Exists(path))
                contents.Walk(new FolderSource(path), "", "", 1);
            else if (File.Exists(path))
                contents.OpenFile(path);
            else
                throw new BundleException($"{path}: no such folder or file");
            if (contents.refused > BundleLimits.MaxRefusals)
                contents.Report("", $"{contents.refused - BundleLimits.MaxRefusals} more entries were refused");
            contents.Files = [.. contents.files.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];
            return contents;
        }
        catch
        {
            contents.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        spool.Dispose();
    }

    private void OpenFile(string path)
    {
        TakeGuarded(new SourceEntry(Name, EntryType.File, -1, () => File.OpenRead(path)) { IsStable = true }, Name, Name, depth: 0);

        // `tar czf case.tar.gz case` and `tar czf case.tar.gz -C case .` are the same bundle, and so is the folder itself.
        var top = ArchiveNames.Stem(Name) + "/";
        if (files.Count == 0 || !files.Keys.All(f => f.StartsWith(top, StringComparison.Ordinal)))
            return;
        foreach (var file in files.Values.ToList())
        {
            files.Remove(file.Name);
            files[Without(file.Name, top)] = file with { Name = Without(file.Name, top), Path = Without(file.Path, top) };
        }

        for (var i = 0; i < problems.Count; i++)
            problems[i] = problems[i] with { Location = problems[i].Location with { File = Without(problems[i].Location.File, top) } };
    }

    // An inner archive is a folder of its own name already: a single folder in it of the same name says it twice.
    private void WalkInner(IBundleSource source, string name, string path, int depth)
    {
        if (depth == 0)
        {
            Walk(source, "", "", 1);
            return;
        }

        var first = added.Count;
        var folder = ArchiveNames.Stem(path);
        Walk(source, name + "/", folder + "/", depth + 1);
        var twice = $"{folder}/{folder[(folder.LastIndexOf('/') + 1)..]}/";
        var inner = added.GetRange(first, added.Count - first);
        if (!inner.TrueForAll(f => files[f].Path.StartsWith(twice, StringComparison.Ordinal)))
            return;
        foreach (var file in inner)
            files[file] = files[file] with { Path = $"{folder}/{files[file].Path[twice.Length..]}" };
    }

    private static string Without(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;

    private void Walk(IBundleSource source, string namePrefix, string pathPrefix, int depth)
    {
        using var owned = source;
        using var all = source.Entries().GetEnumerator();
        var here = new HashSet<string>(StringComparer.Ordinal);
        while (Next(all, namePrefix) is { } entry)
        {
            if (++entries > BundleLimits.MaxEntries)
            {
                Refuse(namePrefix, $"more than {BundleLimits.MaxEntries} entries: the rest is not read");
                return;
            }

            if (!EntryName.TryClean(entry.Name, out var name, out var refusal))
                Refuse(namePrefix + name, refusal);
            else if (!IsForkOfMacOs(name))
                Take(entry, name, namePrefix, pathPrefix, depth, here);
        }
    }

    private SourceEntry? Next(IEnumerator<SourceEntry> all, string archive)
    {
        try
        {
            return all.MoveNext() ? all.Current : null;
        }
        catch (Exception e) when (Damage.Is(e))
        {
            Report(archive.TrimEnd('/'), $"the archive is damaged or cut short; what came before is read: {e.Message}");
            return null;
        }
    }

    private void Take(SourceEntry entry, string name, string namePrefix, string pathPrefix, int depth, HashSet<string> here)
    {
        var full = namePrefix + name;
        switch (entry.Type)
        {
            case EntryType.SymbolicLink:
                // A link inside the bundle names what is read anyway.
                if (!EntryName.StaysInside(name, entry.LinkTarget))
                    Refuse(full, $"a symbolic link that leads out of the bundle, to {EntryName.Printable(entry.LinkTarget)}: not followed");
                break;
            case EntryType.HardLink when EntryName.TryClean(entry.LinkTarget, out var target, out _) && files.TryGetValue(namePrefix + target, out var same):
                Add(same with { Name = full, Path = pathPrefix + name });
                break;
            case EntryType.HardLink:
                Refuse(full, $"a hard link to {EntryName.Printable(entry.LinkTarget)}, which is no file before it in the archive");
                break;
            case EntryType.Special:
                Refuse(full, $"{entry.Note}: not read");
                break;
            default:
                if (!here.Add(name))
                    Refuse(full, "the archive holds this name more than once; the last one counts");
                TakeGuarded(entry, full, pathPrefix + name, depth);
                break;
        }
    }

    private void TakeGuarded(SourceEntry entry, string full, string path, int depth)
    {
        try
        {
            TakeFile(full, path, entry.Open, entry.IsStable, depth);
        }
        catch (Exception e) when (Damage.Is(e))
        {
            Refuse(full, $"not read: {e.Message}");
        }
    }

    private void TakeFile(string name, string path, Func<Stream> source, bool isStable, int depth)
    {
        var content = new UnpackedStream(source, isStable);
        using var owned = content;
        switch (content.Kind)
        {
            case ContentKind.Tar or ContentKind.Zip when depth == BundleLimits.MaxDepth:
                Refuse(name, $"an archive {depth} archives deep: not opened");
                break;
            case ContentKind.Tar:
                WalkInner(new TarSource(content.Detach(), content.IsPlain && isStable ? source : null), name, path, depth);
                break;
            case ContentKind.Zip:
                WalkInner(new ZipSource(content.IsPlain && isStable ? source() : Keep(name, content.Stream).Open()), name, path, depth);
                break;
            case ContentKind.Capture or ContentKind.Text when content.Reopen is null:
                var (kept, size) = Keep(name, content.Stream);
                Add(new BundleFile(name, path, content.Kind, size, kept));
                break;
            default:
                Add(new BundleFile(name, path, content.Kind, content.Length, content.Reopen ?? (static () => Stream.Null)));
                break;
        }
    }

    private (Func<Stream> Open, long Size) Keep(string name, Stream stream)
    {
        var (kept, size, fault) = spool.Keep(stream);
        if (fault is not null)
            Refuse(name, $"only the first {size} bytes could be read: {fault.Message}");
        return (kept, size);
    }

    private void Add(BundleFile file)
    {
        files[file.Name] = file;
        added.Add(file.Name);
    }

    // AppleDouble files, which tar and zip of macOS add for every file they pack.
    private static bool IsForkOfMacOs(string name) =>
        name.StartsWith("__MACOSX/", StringComparison.Ordinal) || name[(name.LastIndexOf('/') + 1)..].StartsWith("._", StringComparison.Ordinal);

    private void Refuse(string name, string why)
    {
        if (++refused <= BundleLimits.MaxRefusals)
            Report(name, why);
    }

    private void Report(string name, string message) =>
        problems.Add(new Problem(Severity.Warning, "unreadable-input", new SourceLocation(name.Length == 0 ? Name : name, 0), message));
}
