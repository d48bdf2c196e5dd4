using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Routing;

/// <summary>What routing may look at (struct flowi4, include/net/flow.h).</summary>
public sealed record RouteQuery
{
    /// <summary>None while the source has not been chosen yet.</summary>
    public IpAddress Source { get; init; }

    public required IpAddress Destination { get; init; }

    public uint Mark { get; init; }

    /// <summary>The device it came in by; null for what the namespace sends itself (then <c>iif lo</c> matches).</summary>
    public string? In { get; init; }

    /// <summary>The device a socket or a tunnel is bound to; null where none.</summary>
    public string? Out { get; init; }

    public IpProtocol Protocol { get; init; }

    /// <summary>0 where not known.</summary>
    public ushort SourcePort { get; init; }

    public ushort DestinationPort { get; init; }

    public byte TrafficClass { get; init; }
}
