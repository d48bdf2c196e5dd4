using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Capture;

/// <summary>What a reader of one file collects on its way. Bounded, whatever the file holds.</summary>
internal sealed class CaptureContent(string name)
{
    private const int MaxProblems = 100;
    private const int MaxComments = 1000;
    private const int MaxInterfaces = 1 << 16;

    private readonly List<Problem> problems = [];
    private readonly List<(long Frame, string Text)> comments = [];
    private readonly List<CaptureInterface> interfaces = [];

    public string Name => name;

    public IReadOnlyList<Problem> Problems => problems;

    public IReadOnlyList<(long Frame, string Text)> Comments => comments;

    public IReadOnlyList<CaptureInterface> Interfaces => interfaces;

    /// <summary>Number of the last packet record.</summary>
    public long FrameNumber { get; set; }

    public bool AddInterface(CaptureInterface description)
    {
        if (interfaces.Count == MaxInterfaces)
            return false;
        interfaces.Add(description);
        return true;
    }

    public void AddComment(long frame, string text)
    {
        if (comments.Count < MaxComments)
            comments.Add((frame, text));
    }

    public void Report(Severity severity, string code, string message)
    {
        if (problems.Count < MaxProblems)
            problems.Add(new Problem(severity, code, new SourceLocation(name, 0), message));
        else if (problems.Count == MaxProblems)
            problems.Add(new Problem(severity, code, new SourceLocation(name, 0), "more problems follow that are not listed"));
    }
}
