using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps;

/// <summary>One entry of a dump: what it says, and the line that says it.</summary>
public abstract record DumpRecord
{
    public required SourceLocation Location { get; init; }

    /// <summary>The network namespace that the heading of its output names (<c>ip netns exec NAME …</c>); null where none is named, and the file's place tells.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>The record's kind as <c>pcappath dump</c> prints it: <c>link</c>, <c>address</c>, <c>route</c>, ...</summary>
    public abstract string Kind { get; }
}
