using System.Numerics;
using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Primitives;

/// <summary>
/// Who talks to whom: addresses, ports and protocol of one direction. ICMP echo carries its identifier in both ports,
/// other protocols without ports have zeros.
/// </summary>
[StructLayout(LayoutKind.Auto)] // 40 bytes; in the order of its fields it would have 48
public readonly record struct FiveTuple(IpAddress Source, ushort SourcePort, IpAddress Destination, ushort DestinationPort, IpProtocol Protocol)
{
    /// <summary>The tuple of the other direction, untranslated.</summary>
    public FiveTuple Reversed => new(Destination, DestinationPort, Source, SourcePort, Protocol);

    private ulong PortsAndProtocol => ((ulong)SourcePort << 32) | ((ulong)DestinationPort << 8) | (byte)Protocol;

    // Without branches, because it is asked once per packet and nearly always true.
    public bool Equals(FiveTuple other) =>
        ((Source.Low ^ other.Source.Low) | (Destination.Low ^ other.Destination.Low) | (Source.High ^ other.Source.High) | (Destination.High ^ other.Destination.High)
            | (PortsAndProtocol ^ other.PortsAndProtocol)) == 0;

    public override int GetHashCode()
    {
        var ports = PortsAndProtocol;
        return KeyedHash.Of(Source.Low, Destination.Low ^ BitOperations.RotateLeft(ports, 24), Source.High ^ ports, Destination.High);
    }

    public override string ToString() =>
        Protocol.HasPorts()
            ? $"{Protocol.Keyword()} {Endpoint(Source, SourcePort)} > {Endpoint(Destination, DestinationPort)}"
            : $"{Protocol.Keyword()} {Source} > {Destination}";

    /// <summary><c>a.b.c.d:port</c> or <c>[v6]:port</c> (RFC 3986 section 3.2.2).</summary>
    public static string Endpoint(IpAddress address, int port) => address.IsIpv4 ? $"{address}:{port}" : $"[{address}]:{port}";
}
