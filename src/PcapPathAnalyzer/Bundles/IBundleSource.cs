namespace PcapPathAnalyzer.Bundles;

/// <summary>Where a bundle's files come from: a folder, an archive, or one file. Entries come in the source's own order, once.</summary>
internal interface IBundleSource : IDisposable
{
    /// <summary>
    /// The entries. A stream of one is good until the next is asked for, unless <see cref="SourceEntry.IsStable"/>.
    /// Throws where the source is damaged; what came before counts.
    /// </summary>
    IEnumerable<SourceEntry> Entries();
}

/// <summary>What an entry is besides its bytes.</summary>
internal enum EntryType
{
    File,

    /// <summary>A symbolic link: never followed.</summary>
    SymbolicLink,

    /// <summary>Another name of an entry that came before.</summary>
    HardLink,

    /// <summary>A device, a pipe, a socket, or a kind this program does not know.</summary>
    Special,
}

/// <summary>One entry of a source, its name as the source has it.</summary>
internal sealed record SourceEntry(string Name, EntryType Type, long Size, Func<Stream> Open)
{
    /// <summary>Where a link leads, as the source has it.</summary>
    public string LinkTarget { get; init; } = "";

    /// <summary>What a special entry is, or why the entry cannot be read; in words.</summary>
    public string Note { get; init; } = "";

    /// <summary>True where <see cref="Open"/> works at any time and any number of times, at no cost.</summary>
    public bool IsStable { get; init; }
}
