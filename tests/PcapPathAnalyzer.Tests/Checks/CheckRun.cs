using PcapPathAnalyzer.Checks;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>A network of short dumps, written in the test, and what the checks say of it.</summary>
internal sealed class CheckRun
{
    private readonly TopologyBuilder builder = new();
    private readonly List<Diagnostics.Problem> problems = [];

    /// <summary>Adds a dump; the folder is the namespace.</summary>
    public CheckRun With(string file, string text)
    {
        var document = DumpReaders.Read(file, text.ReplaceLineEndings("\n") + "\n");
        problems.AddRange(document.Problems);
        builder.Add(file[..file.LastIndexOf('/')], document);
        return this;
    }

    /// <summary>All lines that <c>pcappath check</c> would print.</summary>
    public IReadOnlyList<string> Lines() => [.. DumpChecks.Run(builder.Build(), problems).Select(r => r.ToString())];

    /// <summary>The lines of these codes.</summary>
    public IReadOnlyList<string> Lines(params string[] codes) =>
        [.. DumpChecks.Run(builder.Build(), problems).Where(r => codes.Contains(r.Problem.Code)).Select(r => r.ToString())];
}
