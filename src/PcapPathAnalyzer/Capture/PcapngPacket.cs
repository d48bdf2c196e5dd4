using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Capture;

/// <summary>Where a packet block keeps its parts, as offsets in the block's body.</summary>
internal readonly struct PcapngPacket
{
    public int Interface { get; init; }

    public Timestamp Time { get; init; }

    public bool HasTime { get; init; }

    public int DataOffset { get; init; }

    /// <summary>-1 where the packet cannot be read at all.</summary>
    public int CapturedLength { get; init; }

    public int OriginalLength { get; init; }

    public int OptionsOffset { get; init; }

    /// <summary>What is wrong with the block, as the rest of a sentence about the frame; null where nothing is.</summary>
    public string? Fault { get; init; }

    public static PcapngPacket Enhanced(PcapngSection section, ReadOnlySpan<byte> body) =>
        body.Length < 20 ? TooShort : WithTime(section, body, section.ReadUInt32(body));

    /// <summary>The block that older files have in the place of the enhanced packet: a 16-bit interface and a drop count in its first word.</summary>
    public static PcapngPacket Obsolete(PcapngSection section, ReadOnlySpan<byte> body) =>
        body.Length < 20 ? TooShort : WithTime(section, body, section.ReadUInt16(body));

    /// <summary>No time, no captured length, always the section's first interface.</summary>
    public static PcapngPacket Simple(PcapngSection section, ReadOnlySpan<byte> body)
    {
        const int fixedLength = 4;
        if (body.Length < fixedLength)
            return TooShort;
        var index = section.FindInterface(0);
        if (index < 0)
            return NoInterface;
        var original = section.ReadUInt32(body);
        var snapLength = section.Interface(index).SnapLength;
        var captured = Math.Min(original, snapLength == 0 ? uint.MaxValue : (uint)snapLength);
        var room = body.Length - fixedLength;
        return new PcapngPacket
        {
            Interface = index,
            DataOffset = fixedLength,
            CapturedLength = (int)Math.Min(captured, (uint)room),
            OriginalLength = (int)Math.Min(original, int.MaxValue),
            OptionsOffset = body.Length,
            Fault = captured > (uint)room ? $"claims {captured} captured bytes where its block holds {room}" : null,
        };
    }

    private static PcapngPacket TooShort => new() { CapturedLength = -1, Fault = "has too short a block" };

    private static PcapngPacket NoInterface => new() { CapturedLength = -1, Fault = "belongs to an interface that the file does not describe" };

    private static PcapngPacket WithTime(PcapngSection section, ReadOnlySpan<byte> body, uint interfaceNumber)
    {
        const int fixedLength = 20;
        var index = section.FindInterface(interfaceNumber);
        if (index < 0)
            return NoInterface;
        var captured = section.ReadUInt32(body[12..]);
        var room = body.Length - fixedLength;
        var length = (int)Math.Min(captured, (uint)room);
        return new PcapngPacket
        {
            Interface = index,
            Time = section.Clock(index).Time(((ulong)section.ReadUInt32(body[4..]) << 32) | section.ReadUInt32(body[8..])),
            HasTime = true,
            DataOffset = fixedLength,
            CapturedLength = length,
            OriginalLength = (int)Math.Min(section.ReadUInt32(body[16..]), int.MaxValue),
            OptionsOffset = Math.Min(body.Length, fixedLength + (length + 3 & ~3)),
            Fault = captured > (uint)room ? $"claims {captured} captured bytes where its block holds {room}" : null,
        };
    }
}
