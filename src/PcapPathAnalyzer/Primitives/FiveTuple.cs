namespace PcapPathAnalyzer.Primitives;

/// <summary>
/// Who talks to whom: addresses, ports and protocol of one direction. ICMP echo carries its identifier in both ports,
/// other protocols without ports have zeros.
/// </summary>
public readonly record struct FiveTuple(IpAddress Source, ushort SourcePort, IpAddress Destination, ushort DestinationPort, IpProtocol Protocol)
{
    /// <summary>The tuple of the other direction, untranslated.</summary>
    public FiveTuple Reversed => new(Destination, DestinationPort, Source, SourcePort, Protocol);

    /// <summary>One multiplication an address: it is asked once per packet.</summary>
    public override int GetHashCode()
    {
        var hash = ((Source.Low ^ Source.High) * 0x9E3779B97F4A7C15UL) ^ ulong.RotateLeft((Destination.Low ^ Destination.High) * 0xC2B2AE3D27D4EB4FUL, 29);
        hash ^= (((ulong)SourcePort << 24) | ((ulong)DestinationPort << 8) | (byte)Protocol) * 0x165667B19E3779F9UL;
        return (int)(hash >> 32) ^ (int)hash;
    }

    public override string ToString() =>
        Protocol.HasPorts()
            ? $"{Protocol.Keyword()} {Endpoint(Source, SourcePort)} > {Endpoint(Destination, DestinationPort)}"
            : $"{Protocol.Keyword()} {Source} > {Destination}";

    /// <summary><c>a.b.c.d:port</c> or <c>[v6]:port</c> (RFC 3986 section 3.2.2).</summary>
    public static string Endpoint(IpAddress address, int port) => address.IsIpv4 ? $"{address}:{port}" : $"[{address}]:{port}";
}
