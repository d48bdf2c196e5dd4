namespace PcapPathAnalyzer.Dumps;

/// <summary>A kernel parameter, as <c>sysctl -a</c> prints it; dots as separators.</summary>
public sealed record SysctlRecord : DumpRecord
{
    public override string Kind => "sysctl";

    public required string Name { get; init; }

    public required string Value { get; init; }
}
