using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>A five-tuple in the terms of one <see cref="TupleTable"/>, in 16 bytes.</summary>
internal readonly struct TupleKey : IEquatable<TupleKey>
{
    /// <summary>Set where the addresses are IPv4.</summary>
    public const ulong Ipv4Mark = 1UL << 40;

    private readonly ulong ports;

    public TupleKey(ulong addresses, ulong ports) => (Addresses, this.ports) = (addresses, ports);

    /// <summary>Source and destination of IPv4, 32 bits each; of IPv6 the number of the pair in the table.</summary>
    public ulong Addresses { get; }

    public bool IsIpv4 => (ports & Ipv4Mark) != 0;

    public ushort SourcePort => (ushort)(ports >> 24);

    public ushort DestinationPort => (ushort)(ports >> 8);

    public IpProtocol Protocol => (IpProtocol)(byte)ports;

    public static ulong Pack(ushort sourcePort, ushort destinationPort, IpProtocol protocol) => ((ulong)sourcePort << 24) | ((ulong)destinationPort << 8) | (byte)protocol;

    public bool Equals(TupleKey other) => ((Addresses ^ other.Addresses) | (ports ^ other.ports)) == 0;

    public override bool Equals(object? obj) => obj is TupleKey other && Equals(other);

    public override int GetHashCode() => KeyedHash.Of(Addresses, ports);

    public static bool operator ==(TupleKey left, TupleKey right) => left.Equals(right);

    public static bool operator !=(TupleKey left, TupleKey right) => !left.Equals(right);
}
