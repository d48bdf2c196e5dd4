using PcapPathAnalyzer.Capture;

namespace PcapPathAnalyzer.Bundles.Archives;

/// <summary>What a file's first bytes say it is.</summary>
internal enum ContentKind
{
    Empty,
    Text,
    Capture,
    Gzip,
    Zstandard,
    Xz,
    Bzip2,
    Tar,
    Zip,

    /// <summary>Bytes that are none of these.</summary>
    Binary,
}

/// <summary>Tells contents apart by their first bytes; names play no part.</summary>
internal static class ArchiveMagic
{
    /// <summary>Bytes wanted for an answer: a tar header.</summary>
    public const int HeadLength = 512;

    public static ContentKind Of(ReadOnlySpan<byte> head) => head switch
    {
        [] => ContentKind.Empty,
        [0x1F, 0x8B, 8, ..] => ContentKind.Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => ContentKind.Zstandard,
        [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => ContentKind.Zstandard,
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => ContentKind.Xz,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => ContentKind.Bzip2,
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] => ContentKind.Zip,
        _ when CaptureReader.IsCapture(head) => ContentKind.Capture,
        _ when IsTar(head) => ContentKind.Tar,
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => ContentKind.Text, // UTF-16, as PowerShell's > writes
        _ => head.Contains((byte)0) ? ContentKind.Binary : ContentKind.Text,
    };

    public static bool IsCompression(ContentKind kind) => kind is ContentKind.Gzip or ContentKind.Zstandard or ContentKind.Xz or ContentKind.Bzip2;

    // POSIX ustar magic, or for the older format the sum of the header's bytes with the checksum field as blanks.
    private static bool IsTar(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeadLength)
            return false;
        if (head[257..262].SequenceEqual("ustar"u8))
            return true;
        var sum = 0;
        for (var i = 0; i < HeadLength; i++)
            sum += i is >= 148 and < 156 ? ' ' : head[i];
        var stated = 0;
        foreach (var b in head[148..156])
        {
            if (b is >= (byte)'0' and <= (byte)'7')
                stated = (stated * 8) + (b - '0');
            else if (b is not ((byte)' ' or 0))
                return false;
        }

        return stated == sum && head[0] != 0;
    }
}
