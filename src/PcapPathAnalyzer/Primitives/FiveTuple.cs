using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PcapPathAnalyzer.Primitives;

/// <summary>
/// Who talks to whom: addresses, ports and protocol of one direction. ICMP echo carries its identifier in both ports,
/// other protocols without ports have zeros.
/// </summary>
public readonly record struct FiveTuple(IpAddress Source, ushort SourcePort, IpAddress Destination, ushort DestinationPort, IpProtocol Protocol)
{
    /// <summary>The tuple of the other direction, untranslated.</summary>
    public FiveTuple Reversed => new(Destination, DestinationPort, Source, SourcePort, Protocol);

    // Keyed per process: no capture can be made whose tuples all have one hash.
    private static readonly ulong[] HashKeys = MemoryMarshal.Cast<byte, ulong>(RandomNumberGenerator.GetBytes(4 * sizeof(ulong))).ToArray();

    private ulong PortsAndProtocol => ((ulong)SourcePort << 32) | ((ulong)DestinationPort << 8) | (byte)Protocol;

    // Without branches, because it is asked once per packet and nearly always true.
    public bool Equals(FiveTuple other) =>
        ((Source.Low ^ other.Source.Low) | (Destination.Low ^ other.Destination.Low) | (Source.High ^ other.Source.High) | (Destination.High ^ other.Destination.High)
            | (PortsAndProtocol ^ other.PortsAndProtocol)) == 0;

    // Two multiplications whose halves are folded (as wyhash does): every bit of the input reaches the result.
    public override int GetHashCode()
    {
        var keys = HashKeys;
        var ports = PortsAndProtocol;
        var hash = Fold(Source.Low ^ keys[0], Destination.Low ^ keys[1] ^ BitOperations.RotateLeft(ports, 24)) ^ Fold(Source.High ^ keys[2] ^ ports, Destination.High ^ keys[3]);
        return (int)hash ^ (int)(hash >> 32);
    }

    public override string ToString() =>
        Protocol.HasPorts()
            ? $"{Protocol.Keyword()} {Endpoint(Source, SourcePort)} > {Endpoint(Destination, DestinationPort)}"
            : $"{Protocol.Keyword()} {Source} > {Destination}";

    /// <summary><c>a.b.c.d:port</c> or <c>[v6]:port</c> (RFC 3986 section 3.2.2).</summary>
    public static string Endpoint(IpAddress address, int port) => address.IsIpv4 ? $"{address}:{port}" : $"[{address}]:{port}";

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
