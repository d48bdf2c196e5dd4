using System.IO.Compression;

namespace PcapPathAnalyzer.Bundles.Archives;

/// <summary>A zip archive, read by its directory.</summary>
/// <param name="stream">Seekable; disposed of with the source.</param>
internal sealed class ZipSource(Stream stream) : IBundleSource
{
    // Unix mode in the upper half of the external attributes (APPNOTE 4.4.15; stat.h: S_IFMT, S_IFLNK, S_IFREG).
    private const int TypeMask = 0xF000;
    private const int TypeLink = 0xA000;
    private const int TypeFile = 0x8000;
    private const int TypeFolder = 0x4000;

    private readonly Budget budget = new(stream.Length);

    public IEnumerable<SourceEntry> Entries()
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        foreach (var entry in archive.Entries)
        {
            var type = (entry.ExternalAttributes >> 16) & TypeMask;
            if (entry.FullName is [.., '/' or '\\'] || type == TypeFolder)
                continue;
            if (type == TypeLink)
                yield return new SourceEntry(entry.FullName, EntryType.SymbolicLink, 0, static () => Stream.Null) { LinkTarget = Target(entry) };
            else if (type is not (0 or TypeFile))
                yield return new SourceEntry(entry.FullName, EntryType.Special, 0, static () => Stream.Null) { Note = "a device, pipe or socket" };
            else if (entry.IsEncrypted)
                yield return new SourceEntry(entry.FullName, EntryType.Special, 0, static () => Stream.Null) { Note = "an encrypted entry" };
            else
                yield return new SourceEntry(entry.FullName, EntryType.File, entry.Length, () => new ZipEntryStream(entry.Open(), entry.CompressedLength, budget));
        }
    }

    public void Dispose() => stream.Dispose();

    // A link's target is its content.
    private static string Target(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open());
        var target = new char[BundleLimits.MaxNameLength];
        return new string(target, 0, reader.ReadBlock(target));
    }

    /// <summary>What the whole archive has unpacked to: its entries may claim the same compressed bytes again and again.</summary>
    internal sealed class Budget(long archiveLength)
    {
        private long unpacked;

        public bool Take(long count) => (unpacked += count) <= BundleLimits.ZipGrace || unpacked / BundleLimits.MaxExpansion <= archiveLength;
    }
}
