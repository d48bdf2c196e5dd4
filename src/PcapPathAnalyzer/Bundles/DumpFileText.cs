using System.Text;

namespace PcapPathAnalyzer.Bundles;

/// <summary>A dump's text.</summary>
internal static class DumpFileText
{
    /// <summary>UTF-8, or UTF-16 where a byte order mark says so; null where it is longer than <see cref="BundleLimits.MaxDumpBytes"/>.</summary>
    public static string? Read(BundleFile file)
    {
        if (file.Size > BundleLimits.MaxDumpBytes)
            return null;
        using var reader = new StreamReader(file.Open(), Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        var text = new StringBuilder();
        var chunk = new char[1 << 15];
        for (int read; (read = reader.ReadBlock(chunk)) > 0;)
        {
            if (text.Length + read > BundleLimits.MaxDumpBytes)
                return null;
            text.Append(chunk, 0, read);
        }

        return text.ToString();
    }
}
