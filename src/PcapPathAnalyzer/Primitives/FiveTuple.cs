namespace PcapPathAnalyzer.Primitives;

/// <summary>
/// Who talks to whom: addresses, ports and protocol of one direction. ICMP echo carries its identifier in both ports,
/// other protocols without ports have zeros.
/// </summary>
public readonly record struct FiveTuple(IpAddress Source, ushort SourcePort, IpAddress Destination, ushort DestinationPort, IpProtocol Protocol)
{
    /// <summary>The tuple of the other direction, untranslated.</summary>
    public FiveTuple Reversed => new(Destination, DestinationPort, Source, SourcePort, Protocol);

    public override string ToString() =>
        Protocol.HasPorts()
            ? $"{Protocol.Keyword()} {Endpoint(Source, SourcePort)} > {Endpoint(Destination, DestinationPort)}"
            : $"{Protocol.Keyword()} {Source} > {Destination}";

    /// <summary><c>a.b.c.d:port</c> or <c>[v6]:port</c> (RFC 3986 section 3.2.2).</summary>
    public static string Endpoint(IpAddress address, int port) => address.IsIpv4 ? $"{address}:{port}" : $"[{address}]:{port}";
}
