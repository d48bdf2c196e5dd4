namespace PcapPathAnalyzer.Bundles;

/// <summary>
/// What an archive may ask for. Bundles come from strangers: each limit is far above what collectors make and far below
/// what hurts. What is beyond one is refused by name, the rest is read.
/// </summary>
public static class BundleLimits
{
    /// <summary>Dumps are read whole, as text; no command of a node prints so many bytes.</summary>
    public const long MaxDumpBytes = 256L << 20;

    /// <summary>Archives inside archives: a cluster archive of node archives of compressed parts is three deep.</summary>
    public const int MaxDepth = 5;

    /// <summary>Files of a bundle. A full sos report has some ten thousand.</summary>
    public const int MaxEntries = 500_000;

    /// <summary>Bytes out of a compressed stream per byte that went in. Dumps reach some thirty; gzip cannot exceed 1032.</summary>
    public const int MaxExpansion = 500;

    /// <summary>Below so many bytes the expansion is not looked at: a small file of one repeated line is no bomb.</summary>
    public const long ExpansionGrace = 64L << 20;

    /// <summary>Bytes that all entries of one zip may unpack to before <see cref="MaxExpansion"/> against the zip's own size counts (entries may share their data).</summary>
    public const long ZipGrace = 1L << 30;

    /// <summary>Characters of an entry's name; PATH_MAX of Linux.</summary>
    public const int MaxNameLength = 4096;

    /// <summary>Folders in an entry's name.</summary>
    public const int MaxNameDepth = 64;

    /// <summary>Refused entries that are named one by one; the others are counted.</summary>
    public const int MaxRefusals = 100;
}
