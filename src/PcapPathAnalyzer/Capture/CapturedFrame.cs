using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Capture;

/// <summary>One record of a capture file. The bytes belong to the reader and are good until the next read.</summary>
public readonly ref struct CapturedFrame
{
    /// <summary>The captured bytes; shorter than <see cref="OriginalLength"/> where the snap length cut.</summary>
    public required ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Bytes on the wire.</summary>
    public required int OriginalLength { get; init; }

    /// <summary>From 1 within the file, every packet record counted.</summary>
    public required long Number { get; init; }

    public required Timestamp Time { get; init; }

    /// <summary>False where the file has no time for this record (pcapng simple packet blocks).</summary>
    public bool HasTime { get; init; }

    /// <summary>Index into the reader's list of interfaces.</summary>
    public required int Interface { get; init; }

    /// <summary>What the frame begins with: that of its interface.</summary>
    public required LinkType LinkType { get; init; }
}
