using System.Text;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Bundles;

/// <summary>Reads a bundle's folder: tells captures from dumps by content, and reads the dumps.</summary>
public static class BundleReader
{
    /// <summary>Dumps are read whole; a text beyond this is refused, since no command of a node prints so much.</summary>
    private const long MaxDumpBytes = 256L << 20;

    /// <summary>Reads all dumps, and finds the captures without reading them.</summary>
    /// <exception cref="BundleException">The path is no folder, or holds nothing to read.</exception>
    public static Bundle Read(string path)
    {
        if (!Directory.Exists(path))
            throw new BundleException(File.Exists(path) ? $"{path}: a bundle is a folder; this is a file" : $"{path}: no such folder");
        var problems = new List<Problem>();
        var dumps = new List<BundleDump>();
        var captures = new List<BundleCapture>();
        foreach (var full in Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Order(StringComparer.Ordinal))
        {
            var file = Path.GetRelativePath(path, full).Replace('\\', '/');
            var ns = NamespaceOf(file);
            try
            {
                ReadFile(full, file, ns, dumps, captures, problems);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(new Problem(Severity.Warning, "unreadable-input", new SourceLocation(file, 0), e.Message.Replace(full, file)));
            }
        }

        if (dumps.Count == 0 && captures.Count == 0)
            throw new BundleException($"{path}: no capture and no dump found in it");
        return new Bundle
        {
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))),
            Dumps = dumps,
            Captures = captures,
            Problems = problems,
        };
    }

    /// <summary>The folder of a file is its namespace; files at the top belong to a namespace named <c>.</c>.</summary>
    private static string NamespaceOf(string file)
    {
        var slash = file.LastIndexOf('/');
        return slash < 0 ? "." : file[..slash];
    }

    private static void ReadFile(string full, string file, string ns, List<BundleDump> dumps, List<BundleCapture> captures, List<Problem> problems)
    {
        Span<byte> head = stackalloc byte[512];
        using (var stream = File.OpenRead(full))
        {
            head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
            if (CaptureReader.IsCapture(head))
            {
                captures.Add(new BundleCapture(ns, file, () => File.OpenRead(full)));
                return;
            }

            if (stream.Length > MaxDumpBytes)
            {
                problems.Add(new Problem(Severity.Warning, "unreadable-input", new SourceLocation(file, 0), $"{stream.Length} bytes of text are more than a dump has ({MaxDumpBytes} at most); not read"));
                return;
            }
        }

        if (head.Contains((byte)0))
        {
            problems.Add(new Problem(Severity.Info, "unreadable-input", new SourceLocation(file, 0), "neither a capture nor text; not read"));
            return;
        }

        var document = DumpReaders.Read(file, File.ReadAllText(full, Encoding.UTF8));
        problems.AddRange(document.Problems);
        dumps.Add(new BundleDump(ns, document));
    }
}
