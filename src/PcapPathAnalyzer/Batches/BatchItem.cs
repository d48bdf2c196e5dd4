using System.Security.Cryptography;
using System.Text;
using PcapPathAnalyzer.Bundles.Archives;

namespace PcapPathAnalyzer.Batches;

/// <summary>A bundle of a batch.</summary>
/// <param name="Name">Its folder below <c>bundles/</c> in the output; no two bundles of a list share one.</param>
/// <param name="Path">The folder or archive, as it was named.</param>
public sealed record BatchItem(string Name, string Path)
{
    private const int MaxName = 120;

    /// <summary>Names the bundles of a list and puts them in order. The same list gives the same names and order wherever it is made, so that shards agree without talk.</summary>
    /// <param name="paths">Folders and archives; a path named twice counts once.</param>
    public static IReadOnlyList<BatchItem> List(IEnumerable<string> paths)
    {
        var distinct = paths.Select(p => p.Trim()).Where(p => p.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        var names = Unique(distinct, distinct.ToDictionary(p => p, NameOf, StringComparer.Ordinal), static (path, name) => $"{NameOf(System.IO.Path.GetDirectoryName(Trimmed(path)) ?? "")}-{name}");
        names = Unique(distinct, names, static (path, name) => $"{name}-{Hash(path)}");
        return [.. distinct.Select(p => new BatchItem(names[p], p)).OrderBy(i => i.Name, StringComparer.Ordinal)];
    }

    // case-1/bundle and case-2/bundle are told apart by their folders, and what those do not tell apart by the path.
    private static Dictionary<string, string> Unique(List<string> paths, Dictionary<string, string> names, Func<string, string, string> longer)
    {
        var shared = names.Values.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return paths.ToDictionary(p => p, p => shared.Contains(names[p]) ? longer(p, names[p]) : names[p], StringComparer.Ordinal);
    }

    private static string Trimmed(string path) => System.IO.Path.TrimEndingDirectorySeparator(path.Replace('\\', '/'));

    /// <summary>A name made of a path's last part, safe as a folder's name and as a partition's value.</summary>
    public static string NameOf(string path)
    {
        var name = ArchiveNames.Stem(System.IO.Path.GetFileName(Trimmed(path)));
        var clean = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_')).TrimStart('.');
        return clean.Length == 0 ? "bundle" : clean.Length > MaxName ? clean[..MaxName] : clean;
    }

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 4));
}
