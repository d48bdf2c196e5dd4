namespace PcapPathAnalyzer.Capture;

/// <summary>Walks the options of a block; an option that claims more than there is ends the list.</summary>
internal ref struct PcapngOptions(PcapngSection section, ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public int Code { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        if (rest.Length < 4)
            return false;
        Code = section.ReadUInt16(rest);
        int length = section.ReadUInt16(rest[2..]);
        if (Code == 0 || length > rest.Length - 4)
            return false;
        Value = rest.Slice(4, length);
        rest = rest[Math.Min(rest.Length, 4 + (length + 3 & ~3))..];
        return true;
    }
}
