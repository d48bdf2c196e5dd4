using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>One cause, where it is, and what proves it.</summary>
public sealed record Finding
{
    /// <summary>A stable name of the catalogue, kebab-case.</summary>
    public required string Code { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>The namespace where the cause is; empty where none can be named.</summary>
    public required string Namespace { get; init; }

    /// <summary>The dump line that is the cause; null where no line is.</summary>
    public SourceLocation? Location { get; init; }

    /// <summary>One sentence for a tired engineer.</summary>
    public required string Message { get; init; }

    /// <summary>What to look at or to do next.</summary>
    public string Advice { get; init; } = "";

    /// <summary>Flows that show it, by number; empty for a finding about dumps or captures.</summary>
    public IReadOnlyList<Flow> Flows { get; init; } = [];

    /// <summary>A few frames that show it.</summary>
    public IReadOnlyList<FrameLocation> Evidence { get; init; } = [];

    /// <summary>The cited line with the lines that led to it.</summary>
    public Citation? Citation { get; init; }

    /// <summary>How sure: <c>proven</c> (evidence and prediction agree), <c>likely</c>, <c>possible</c>.</summary>
    public string Confidence { get; init; } = "proven";
}
