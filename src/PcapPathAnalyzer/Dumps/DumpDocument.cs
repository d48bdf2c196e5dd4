using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps;

/// <summary>What the readers found in one file.</summary>
public sealed class DumpDocument
{
    private readonly List<DumpRecord> records = [];
    private readonly List<Problem> problems = [];
    private readonly List<(string Kind, string? NetworkNamespace)> kinds = [];

    public DumpDocument(string file) => File = file;

    public string File { get; }

    /// <summary>The whole file, for citing lines with their neighbours; without line ends and colours.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Kinds recognised, in the file's order; empty where nothing was.</summary>
    public IReadOnlyList<string> Kinds => kinds.ConvertAll(static k => k.Kind);

    public IReadOnlyList<DumpRecord> Records => records;

    /// <summary>Lines that were not understood, and other faults, each with its place.</summary>
    public IReadOnlyList<Problem> Problems => problems;

    /// <param name="networkNamespace">The namespace that the output's heading names; null where it names none.</param>
    public void AddKind(string kind, string? networkNamespace = null) => kinds.Add((kind, networkNamespace));

    public void Add(DumpRecord record) => records.Add(record);

    public void Add(Problem problem) => problems.Add(problem);

    /// <summary>
    /// The document as one per network namespace that its headings name, and one (null) for what stands under none, which keeps the problems.
    /// </summary>
    public IEnumerable<(string? NetworkNamespace, DumpDocument Document)> ByNetworkNamespace()
    {
        if (kinds.TrueForAll(static k => k.NetworkNamespace is null))
        {
            yield return (null, this);
            yield break;
        }

        foreach (var name in kinds.Select(static k => k.NetworkNamespace).Prepend(null).Distinct(StringComparer.Ordinal))
        {
            var part = new DumpDocument(File) { Lines = Lines };
            part.kinds.AddRange(kinds.Where(k => k.NetworkNamespace == name));
            part.records.AddRange(records.Where(r => r.NetworkNamespace == name));
            if (name is null)
                part.problems.AddRange(problems);
            yield return (name, part);
        }
    }

    /// <summary>Forgets everything that was added.</summary>
    internal void Clear()
    {
        records.Clear();
        problems.Clear();
        kinds.Clear();
    }
}
