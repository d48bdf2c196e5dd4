using System.Security.Cryptography;
using System.Text;

namespace PcapPathAnalyzer.Batches;

/// <summary>
/// Tells whether a bundle changed since it was analyzed: names, sizes and modification times of its files, the build of this
/// program and the options that results depend on. Contents are not read: a batch of terabytes resumes at once.
/// </summary>
internal static class BatchFingerprint
{
    /// <returns>A hexadecimal digest; of a path that does not exist too.</returns>
    public static string Of(string path, string options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, $"{typeof(BatchFingerprint).Module.ModuleVersionId} {options}");
        if (File.Exists(path))
            Add(hash, new FileInfo(path), "");
        else if (Directory.Exists(path))
        {
            foreach (var file in new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal))
                Add(hash, file, Path.GetRelativePath(path, file.FullName).Replace('\\', '/'));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private static void Add(IncrementalHash hash, FileInfo file, string name) => Add(hash, $"{name} {file.Length} {file.LastWriteTimeUtc.Ticks}");

    private static void Add(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
}
