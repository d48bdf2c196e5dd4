namespace PcapPathAnalyzer.Stitching.Trails;

/// <summary>Records of a stretch of a capture, sorted by trail: in memory, or in a temporary file.</summary>
/// <param name="Memory">Null where they were spilled.</param>
/// <param name="Spilled">Where they are then.</param>
internal sealed record RecordRun(PacketRecord[]? Memory, SpilledBlock Spilled);

/// <summary>Where a run has the records of a trail.</summary>
internal readonly record struct RunExtent(int Run, int Start, int Count);
