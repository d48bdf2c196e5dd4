namespace PcapPathAnalyzer.Capture;

/// <summary>Block types that are read; every other one is passed by its length.</summary>
internal enum PcapngBlockType : uint
{
    InterfaceDescription = 1,
    ObsoletePacket = 2,
    SimplePacket = 3,
    NameResolution = 4,
    InterfaceStatistics = 5,
    EnhancedPacket = 6,
    DecryptionSecrets = 10,
    CustomCopied = 0x0BAD,
    CustomNotCopied = 0x4000_0BAD,
    SectionHeader = CaptureMagic.PcapngSection,
}

internal static class PcapngBlock
{
    /// <summary>Type, length, nothing, length again.</summary>
    public const int MinimumLength = 12;

    public static bool IsPlausible(uint totalLength) => totalLength is >= MinimumLength and <= CaptureReader.MaxRecordLength;

    /// <summary>Types at which reading may begin again after damage: unknown ones would be found in any bytes.</summary>
    public static bool IsKnown(uint type) => (PcapngBlockType)type is >= PcapngBlockType.InterfaceDescription and <= PcapngBlockType.EnhancedPacket
        or PcapngBlockType.DecryptionSecrets or PcapngBlockType.CustomCopied or PcapngBlockType.CustomNotCopied or PcapngBlockType.SectionHeader;
}
