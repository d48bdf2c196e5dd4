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
