namespace PcapPathAnalyzer.Forwarding;

/// <summary>One branch that the dumps leave open: a packet's way, and its reply's way back.</summary>
public sealed record WalkPath
{
    /// <summary>0 to 1; null where no rule gives one.</summary>
    public required double? Probability { get; init; }

    /// <summary>What must hold for this branch, beyond what the dumps say; empty where nothing is open.</summary>
    public required IReadOnlyList<string> Conditions { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>The last step's words on why it ended so.</summary>
    public required string Reason { get; init; }

    public required IReadOnlyList<PathStep> Steps { get; init; }

    /// <summary>Empty where nothing answers.</summary>
    public IReadOnlyList<PathStep> Reply { get; init; } = [];

    /// <summary>How the reply ends; null where nothing answers.</summary>
    public Verdict? ReplyVerdict { get; init; }

    public string? ReplyReason { get; init; }

    /// <summary>What answers: <c>reply</c>, <c>tcp-reset</c>, or an ICMP error's name; null where nothing does.</summary>
    public string? Answer { get; init; }
}
