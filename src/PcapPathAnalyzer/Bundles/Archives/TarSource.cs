using System.Formats.Tar;

namespace PcapPathAnalyzer.Bundles.Archives;

/// <summary>A tar archive: ustar, pax, GNU or V7.</summary>
/// <param name="stream">From the archive's first byte; disposed of with the source.</param>
/// <param name="reopen">Where the archive lies open to be read at any place: makes a new stream of it, and its entries can be read later without unpacking. Null for a stream that comes once.</param>
internal sealed class TarSource(Stream stream, Func<Stream>? reopen) : IBundleSource
{
    public IEnumerable<SourceEntry> Entries()
    {
        using var reader = new TarReader(stream, leaveOpen: true);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes))
                yield return Convert(entry);
        }
    }

    public void Dispose() => stream.Dispose();

    private SourceEntry Convert(TarEntry entry) => entry.EntryType switch
    {
        TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => File(entry),
        TarEntryType.SymbolicLink => Other(entry, EntryType.SymbolicLink, "a symbolic link") with { LinkTarget = entry.LinkName },
        TarEntryType.HardLink => Other(entry, EntryType.HardLink, "a hard link") with { LinkTarget = entry.LinkName },
        TarEntryType.CharacterDevice => Other(entry, EntryType.Special, "a character device"),
        TarEntryType.BlockDevice => Other(entry, EntryType.Special, "a block device"),
        TarEntryType.Fifo => Other(entry, EntryType.Special, "a named pipe"),
        TarEntryType.SparseFile => Other(entry, EntryType.Special, "a GNU sparse file (pack it without --sparse)"),
        _ => Other(entry, EntryType.Special, $"an entry of type {entry.EntryType}"),
    };

    private SourceEntry File(TarEntry entry)
    {
        if (reopen is null || entry.DataOffset < 0)
            return new SourceEntry(entry.Name, EntryType.File, entry.Length, () => entry.DataStream ?? Stream.Null);
        var (offset, length) = (entry.DataOffset, entry.Length);
        return new SourceEntry(entry.Name, EntryType.File, length, () => new StreamSlice(reopen(), offset, length)) { IsStable = true };
    }

    private static SourceEntry Other(TarEntry entry, EntryType type, string note) => new(entry.Name, type, 0, static () => Stream.Null) { Note = note };
}
