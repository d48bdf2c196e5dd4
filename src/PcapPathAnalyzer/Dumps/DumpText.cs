namespace PcapPathAnalyzer.Dumps;

/// <summary>
/// The lines of one command's output inside one file. A file may hold several (support collectors write
/// <c>$ ip addr</c> headings); each is a text of its own, and its lines keep the file's numbers.
/// </summary>
public sealed class DumpText
{
    private readonly string[] lines;
    private readonly int firstLine;

    /// <param name="file">Name inside the bundle, forward slashes.</param>
    /// <param name="lines">Without line ends.</param>
    /// <param name="firstLine">Number of the first line in the file, from 1.</param>
    /// <param name="command">The command line a heading names; null where none does.</param>
    /// <param name="isCut">True when the last line has no line end: it may be cut in the middle.</param>
    public DumpText(string file, string[] lines, int firstLine = 1, string? command = null, bool isCut = false)
    {
        CommandWords = command?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        File = file;
        this.lines = lines;
        this.firstLine = firstLine;
        Command = command;
        IsCut = isCut;
    }

    public string File { get; }

    public string? Command { get; }

    /// <summary>The network namespace that the heading says the command ran in; null where it says none.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>True where the heading names a command that prints nothing the program reads.</summary>
    public bool IsOther { get; init; }

    /// <summary>The words of <see cref="Command"/>; empty where there is none.</summary>
    public IReadOnlyList<string> CommandWords { get; }

    public bool IsCut { get; }

    public int Count => lines.Length;

    public string this[int index] => lines[index];

    public IReadOnlyList<string> Lines => lines;

    /// <summary>Some of the lines, as a text of their own that keeps the file's numbers; the command stays what it is.</summary>
    public DumpText Part(int start, int count) =>
        new(File, lines[start..(start + count)], firstLine + start, Command, IsCut && start + count == Count) { NetworkNamespace = NetworkNamespace, IsOther = IsOther };

    /// <summary>Index of a line here, by its number in the file.</summary>
    public int IndexOf(int line) => line - firstLine;

    /// <summary>True for a line of white space, or of a comment.</summary>
    public bool IsBlank(int index) => lines[index].AsSpan().TrimStart() is var line && (line.IsEmpty || line[0] == '#');

    /// <summary>The place of a line, by its index here; the column counts from 1.</summary>
    public Diagnostics.SourceLocation At(int index, int column = 1) => new(File, firstLine + index, column);
}
