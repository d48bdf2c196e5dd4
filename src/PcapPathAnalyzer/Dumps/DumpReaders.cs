namespace PcapPathAnalyzer.Dumps;

/// <summary>All kinds of dumps the program reads, and the way from a file's text to its records.</summary>
public static class DumpReaders
{
    /// <summary>A new kind is a new file and a line here.</summary>
    public static IReadOnlyList<IDumpReader> All { get; } =
    [
    ];

    /// <summary>Reads a file's text: splits it at command headings, recognises each part by its content, and reads it.</summary>
    /// <param name="file">Name inside the bundle, forward slashes.</param>
    public static DumpDocument Read(string file, string content)
    {
        var document = new DumpDocument(file) { Text = content };
        Scaffold.Read(file, content, document);
        return document;
    }
}
