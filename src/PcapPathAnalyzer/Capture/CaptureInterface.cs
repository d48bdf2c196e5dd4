namespace PcapPathAnalyzer.Capture;

/// <summary>What a capture file says about one interface it recorded: a pcap file's header, or a pcapng interface description.</summary>
public sealed class CaptureInterface
{
    public required LinkType LinkType { get; init; }

    /// <summary>Longest captured length; 0 is "no limit".</summary>
    public int SnapLength { get; init; }

    /// <summary>if_name, where the file has one.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>if_filter as text, where the file has one.</summary>
    public string? Filter { get; init; }

    /// <summary>Units of a timestamp per second.</summary>
    public ulong TicksPerSecond { get; init; } = 1_000_000;

    /// <summary>if_tsoffset, in seconds.</summary>
    public long TimeOffset { get; init; }

    /// <summary>Bytes of frame check sequence at the end of each frame (0 or 4).</summary>
    public int FcsLength { get; init; }

    /// <summary>Frames dropped before they reached the file, as the last interface statistics block says; -1 where nothing says.</summary>
    public long Dropped { get; set; } = -1;
}
