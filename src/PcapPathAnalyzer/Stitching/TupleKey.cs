using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

/// <summary>A five-tuple in the terms of one <see cref="TupleTable"/>, in 16 bytes.</summary>
public readonly struct TupleKey : IEquatable<TupleKey>
{
    /// <summary>Set where the addresses are IPv4.</summary>
    internal const ulong Ipv4Mark = 1UL << 40;

    private readonly ulong ports;

    internal TupleKey(ulong addresses, ulong ports) => (Addresses, this.ports) = (addresses, ports);

    /// <summary>Source and destination of IPv4, 32 bits each; of IPv6 the number of the pair in the table.</summary>
    internal ulong Addresses { get; }

    internal bool IsIpv4 => (ports & Ipv4Mark) != 0;

    internal ushort SourcePort => (ushort)(ports >> 24);

    internal ushort DestinationPort => (ushort)(ports >> 8);

    internal IpProtocol Protocol => (IpProtocol)(byte)ports;

    internal static ulong Pack(ushort sourcePort, ushort destinationPort, IpProtocol protocol) => ((ulong)sourcePort << 24) | ((ulong)destinationPort << 8) | (byte)protocol;

    public bool Equals(TupleKey other) => ((Addresses ^ other.Addresses) | (ports ^ other.ports)) == 0;

    public override bool Equals(object? obj) => obj is TupleKey other && Equals(other);

    public override int GetHashCode() => KeyedHash.Of(Addresses, ports);

    public static bool operator ==(TupleKey left, TupleKey right) => left.Equals(right);

    public static bool operator !=(TupleKey left, TupleKey right) => !left.Equals(right);
}
