using System.Collections.Concurrent;
using System.Text;

namespace PcapPathAnalyzer.Reports;

/// <summary>Writes a file aside and renames it when it is whole: an interrupted run leaves no half-written file under the real name.</summary>
public static class OutputFile
{
    /// <summary>What a file's name ends in while it is written.</summary>
    public const string Aside = ".partial";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static readonly ConcurrentDictionary<string, bool> Unfinished = new(StringComparer.Ordinal);

    private static volatile bool isAbandoned;

    public static void Write(string path, Action<TextWriter> write) =>
        WriteBytes(path, stream =>
        {
            using var writer = Text(stream);
            write(writer);
        });

    /// <summary>Text as all files have it: UTF-8 without a mark, lines that end in LF.</summary>
    public static StreamWriter Text(Stream stream) => new(stream, Utf8, bufferSize: 1 << 16) { NewLine = "\n" };

    /// <param name="path">The file's name when it is whole.</param>
    /// <param name="write">May dispose of the stream.</param>
    public static void WriteBytes(string path, Action<Stream> write)
    {
        var aside = path + Aside;
        Unfinished.TryAdd(aside, true);
        try
        {
            // After the name is on the list: either this sees that all is over, or Abandon sees the name.
            if (isAbandoned)
                throw new IOException($"{path} was not written: the program was told to stop");
            // New, not emptied: what was emptied, ext4 writes to the disk before it is closed (auto_da_alloc in ext4(5)).
            File.Delete(aside);
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16))
                write(stream);
            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
        finally
        {
            Unfinished.TryRemove(aside, out _);
        }
    }

    /// <summary>Deletes what is not whole: for a process that is told to stop and will not return to its writers.</summary>
    public static void Abandon()
    {
        isAbandoned = true;
        foreach (var aside in Unfinished.Keys)
            File.Delete(aside);
    }
}
