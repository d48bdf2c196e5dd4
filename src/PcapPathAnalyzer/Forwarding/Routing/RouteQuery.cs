using PcapPathAnalyzer.Forwarding.Netfilter;
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

    /// <summary>True where <see cref="Out"/> is a wish: of the routes of the longest prefix one by that device is taken before others (rt6_device_match, net/ipv6/route.c).</summary>
    public bool IsOutPreferred { get; init; }

    /// <summary>0 where the kernel asks without naming one.</summary>
    public IpProtocol Protocol { get; init; }

    /// <summary>What it may be; 0 alone where the kernel asks without naming one.</summary>
    public PortRange SourcePorts { get; init; }

    /// <summary>The same.</summary>
    public PortRange DestinationPorts { get; init; }

    public byte TrafficClass { get; init; }

    /// <summary>What a packet shows of itself, and its mark.</summary>
    public static RouteQuery Of(PacketState packet)
    {
        var tuple = packet.Tuple;
        var hasPorts = tuple.Protocol.HasPorts();
        return new RouteQuery
        {
            Source = tuple.Source,
            Destination = tuple.Destination,
            Mark = packet.Mark,
            Protocol = tuple.Protocol,
            SourcePorts = hasPorts ? packet.SourcePorts ?? PortRange.Of(tuple.SourcePort) : default,
            DestinationPorts = hasPorts ? packet.DestinationPorts ?? PortRange.Of(tuple.DestinationPort) : default,
            TrafficClass = packet.TrafficClass,
        };
    }
}
