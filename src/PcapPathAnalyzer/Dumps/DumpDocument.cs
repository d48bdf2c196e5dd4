using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps;

/// <summary>What the readers found in one file.</summary>
public sealed class DumpDocument
{
    private readonly List<DumpRecord> records = [];
    private readonly List<Problem> problems = [];
    private readonly List<string> kinds = [];

    public DumpDocument(string file) => File = file;

    public string File { get; }

    /// <summary>The whole file, for citing lines with their neighbours.</summary>
    public string Text { get; init; } = "";

    /// <summary>Kinds recognised, in the file's order; empty where nothing was.</summary>
    public IReadOnlyList<string> Kinds => kinds;

    public IReadOnlyList<DumpRecord> Records => records;

    /// <summary>Lines that were not understood, and other faults, each with its place.</summary>
    public IReadOnlyList<Problem> Problems => problems;

    public void AddKind(string kind) => kinds.Add(kind);

    public void Add(DumpRecord record) => records.Add(record);

    public void Add(Problem problem) => problems.Add(problem);
}
