using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>One direction of a connection tracking entry. Fields come in a fixed order; one seen twice belongs to the other direction.</summary>
internal sealed class ConntrackTuple
{
    private IpAddress? source;
    private IpAddress? destination;
    private ushort? sourcePort;
    private ushort? destinationPort;
    private ushort? identifier;
    private bool hasType;
    private bool hasCode;
    private bool hasBytes;

    public long Packets { get; private set; } = -1;

    public bool IsComplete => source is not null && destination is not null;

    /// <summary>Takes a field unless the direction has it already. False with <paramref name="bad"/> where the value is none.</summary>
    public bool Take(ReadOnlySpan<char> key, ReadOnlySpan<char> value, out bool bad)
    {
        bad = false;
        switch (key)
        {
            case "src" when source is null: return TakeAddress(value, ref source, out bad);
            case "dst" when destination is null: return TakeAddress(value, ref destination, out bad);
            case "sport" when sourcePort is null: return TakePort(value, ref sourcePort, out bad);
            case "dport" when destinationPort is null: return TakePort(value, ref destinationPort, out bad);
            // GRE: call identifiers, printed as 0x5a40.
            case "srckey" when sourcePort is null: return TakePort(value, ref sourcePort, out bad);
            case "dstkey" when destinationPort is null: return TakePort(value, ref destinationPort, out bad);
            // Before the mark, `id=` is the ICMP identifier; behind it, the entry's own (-o id), which has up to 32 bits.
            case "id" when identifier is null && hasType && ushort.TryParse(value, out var id): identifier = id; return true;
            case "type" when !hasType: return hasType = true;
            case "code" when !hasCode: return hasCode = true;
            case "packets" when Packets < 0 && long.TryParse(value, out var packets): Packets = packets; return true;
            case "bytes" when !hasBytes: return hasBytes = true;
            default: return false;
        }
    }

    public FiveTuple ToFiveTuple(IpProtocol protocol) => new(
        source.GetValueOrDefault(),
        sourcePort ?? identifier ?? 0,
        destination.GetValueOrDefault(),
        destinationPort ?? identifier ?? 0,
        protocol);

    private static bool TakeAddress(ReadOnlySpan<char> text, ref IpAddress? field, out bool bad)
    {
        bad = !IpAddress.TryParse(text, out var address);
        if (!bad)
            field = address;
        return !bad;
    }

    private static bool TakePort(ReadOnlySpan<char> text, ref ushort? field, out bool bad)
    {
        bad = !Text.Numbers.TryParse(text, out var number) || number is < 0 or > ushort.MaxValue;
        if (!bad)
            field = (ushort)number;
        return !bad;
    }
}
