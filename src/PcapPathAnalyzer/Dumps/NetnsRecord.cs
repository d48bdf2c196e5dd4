namespace PcapPathAnalyzer.Dumps;

/// <summary>A named network namespace, as <c>ip netns list</c> prints it (ip-netns(8)).</summary>
public sealed record NetnsRecord : DumpRecord
{
    public override string Kind => "netns";

    public required string Name { get; init; }

    /// <summary>The number that <c>link-netnsid</c> refers to; -1 where none is assigned.</summary>
    public int Id { get; init; } = -1;
}
