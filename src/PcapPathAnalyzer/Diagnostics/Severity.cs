namespace PcapPathAnalyzer.Diagnostics;

/// <summary>How bad a finding is. The order counts: <c>--fail-on</c> takes this and everything worse.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing is broken by it.</summary>
    Info,

    /// <summary>Something limps, or a result is less certain because of it.</summary>
    Warning,

    /// <summary>Traffic failed because of it.</summary>
    Error,
}
