using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

/// <summary>A neighbour (ARP or NDP) entry, as <c>ip neigh</c> prints it (ip-neighbour(8)).</summary>
public sealed record NeighbourRecord : DumpRecord
{
    public override string Kind => "neighbour";

    public required IpAddress Address { get; init; }

    public string? Interface { get; init; }

    /// <summary>None where the entry has no lladdr.</summary>
    public MacAddress LinkLayerAddress { get; init; }

    /// <summary>NUD state: PERMANENT, REACHABLE, STALE, DELAY, PROBE, INCOMPLETE, FAILED, NOARP, NONE; null where not printed.</summary>
    public string? State { get; init; }

    public bool Router { get; init; }

    public bool Proxy { get; init; }

    /// <summary>True where a packet to this neighbour can be sent at once.</summary>
    public bool IsUsable => State is not ("FAILED" or "INCOMPLETE") && (!LinkLayerAddress.IsNone || State is "NOARP" or "PERMANENT");
}
