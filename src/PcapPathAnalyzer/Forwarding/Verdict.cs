namespace PcapPathAnalyzer.Forwarding;

/// <summary>How a walk ends; a closed list, the names of the contract in kebab case.</summary>
public enum Verdict
{
    Delivered,
    DroppedByRule,
    RejectedByRule,
    NoRoute,
    NeighbourUnreachable,
    NoFdbEntry,
    TooBig,
    TtlExpired,
    NoListener,

    /// <summary>The packet goes where no dump of the bundle looks.</summary>
    LeavesBundle,

    /// <summary>The dumps do not say; the last step names the input that would.</summary>
    CannotTell,
}

/// <summary>Names of verdicts and step kinds as JSON and text print them.</summary>
public static class KebabNames
{
    private static readonly string[] Verdicts = Enum.GetNames<Verdict>().Select(Kebab).ToArray();
    private static readonly string[] Kinds = Enum.GetNames<StepKind>().Select(Kebab).ToArray();

    public static string Name(this Verdict verdict) => Verdicts[(int)verdict];

    public static string Name(this StepKind kind) => Kinds[(int)kind];

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? $"{(i == 0 ? "" : "-")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
