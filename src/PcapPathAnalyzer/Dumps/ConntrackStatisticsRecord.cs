namespace PcapPathAnalyzer.Dumps;

/// <summary>Counters of connection tracking on one processor, as <c>conntrack -S</c> prints them (conntrack(8)).</summary>
public sealed record ConntrackStatisticsRecord : DumpRecord
{
    public override string Kind => "conntrack-statistics";

    public required int Cpu { get; init; }

    /// <summary>found, invalid, insert, insert_failed, drop, early_drop, error, search_restart, clash_resolve, chaintoolong, ...</summary>
    public required IReadOnlyDictionary<string, long> Counters { get; init; }
}
