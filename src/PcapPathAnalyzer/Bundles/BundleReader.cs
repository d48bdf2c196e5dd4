using System.Text;
using PcapPathAnalyzer.Bundles.Archives;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Bundles;

/// <summary>Reads a bundle: tells captures from dumps by content, and reads the dumps.</summary>
public static class BundleReader
{
    /// <summary>Reads all dumps, and finds the captures without reading them.</summary>
    /// <param name="path">A folder, an archive (tar, plain or in gzip, zstd, xz or bzip2; zip), or one capture.</param>
    /// <exception cref="BundleException">There is nothing at the path, or nothing to read in it.</exception>
    public static Bundle Read(string path)
    {
        var contents = BundleContents.Open(path);
        try
        {
            return Read(path, contents);
        }
        catch
        {
            contents.Dispose();
            throw;
        }
    }

    private static Bundle Read(string path, BundleContents contents)
    {
        var problems = new List<Problem>(contents.Problems);
        var dumps = new List<BundleDump>();
        var captures = new List<BundleCapture>();
        foreach (var file in contents.Files)
        {
            if (file.Kind == ContentKind.Capture)
                captures.Add(new BundleCapture(file.Folder, file.Name, file.Open));
            else if (file.Kind is ContentKind.Text or ContentKind.Empty)
                ReadDump(file, dumps, problems);
            else
                problems.Add(new Problem(Severity.Info, "unreadable-input", new SourceLocation(file.Name, 0), "neither a capture nor text; not read"));
        }

        if (dumps.Count == 0 && captures.Count == 0)
            throw new BundleException(problems.Count == 0 ? $"{path}: no capture and no dump found in it" : $"{path}: no capture and no dump found in it ({problems[0].Location.File}: {problems[0].Message})");
        return new Bundle { Name = contents.Name, Dumps = dumps, Captures = captures, Problems = problems, Contents = contents };
    }

    private static void ReadDump(BundleFile file, List<BundleDump> dumps, List<Problem> problems)
    {
        try
        {
            if (DumpFileText.Read(file) is not { } text)
            {
                problems.Add(new Problem(Severity.Warning, "unreadable-input", new SourceLocation(file.Name, 0), $"more bytes of text than a dump has ({BundleLimits.MaxDumpBytes} at most); not read"));
                return;
            }

            var document = DumpReaders.Read(file.Name, text);
            problems.AddRange(document.Problems);
            dumps.Add(new BundleDump(file.Folder, document));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            problems.Add(new Problem(Severity.Warning, "unreadable-input", new SourceLocation(file.Name, 0), e.Message));
        }
    }
}

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
