using System.Text;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Bundles;

/// <summary>A dump's text: UTF-8, or UTF-16 where a byte order mark says so.</summary>
internal static class DumpFileText
{
    /// <summary>Null where it is longer than <see cref="BundleLimits.MaxDumpBytes"/>.</summary>
    public static Lines? ReadLines(BundleFile file)
    {
        if (file.Size > BundleLimits.MaxDumpBytes)
            return null;
        using var reader = Open(file);
        return Lines.Read(reader, BundleLimits.MaxDumpBytes);
    }

    /// <summary>Null where it is longer than <paramref name="limit"/> characters.</summary>
    public static string? Read(BundleFile file, int limit)
    {
        using var reader = Open(file);
        var text = new char[limit + 1];
        var read = reader.ReadBlock(text);
        return read > limit ? null : new string(text, 0, read);
    }

    private static StreamReader Open(BundleFile file) => new(file.Open(), Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
}
