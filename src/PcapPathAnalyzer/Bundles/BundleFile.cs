using PcapPathAnalyzer.Bundles.Archives;

namespace PcapPathAnalyzer.Bundles;

/// <summary>A file of a bundle, wherever it lies: its bytes can be read at any time.</summary>
/// <param name="Name">Inside the bundle, forward slashes; a nested archive is named like a folder (<c>node-a.tar.gz/ip-addr.txt</c>).</param>
/// <param name="Path">As <paramref name="Name"/>, with nested archives as the folders they stand for (<c>node-a/ip-addr.txt</c>).</param>
/// <param name="Size">Bytes; -1 where only unpacking would tell.</param>
/// <param name="Open">Opens the bytes, unpacked, from the beginning; each call gives a new stream.</param>
internal sealed record BundleFile(string Name, string Path, ContentKind Kind, long Size, Func<Stream> Open)
{
    /// <summary>The folder part of <see cref="Path"/>; <c>.</c> for a file at the top.</summary>
    public string Folder => Path.LastIndexOf('/') is var slash and > 0 ? Path[..slash] : ".";

    /// <summary>The last part of <see cref="Path"/>.</summary>
    public string Leaf => Path[(Path.LastIndexOf('/') + 1)..];
}
