using CsCheck;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Decode.Generated;

/// <summary>What is put into one IP packet, and must come out of the decoder.</summary>
internal sealed record GeneratedPacket(IpAddress Source, IpAddress Destination, IpProtocol Protocol, byte Ttl, byte TrafficClass, ushort Identification, ushort FragmentOffset, bool MoreFragments, GeneratedTransport Transport)
{
    public bool IsIpv4 => Source.IsIpv4;

    /// <summary>A fragment other than the first carries no transport header.</summary>
    public bool HasTransport => FragmentOffset == 0;
}

/// <summary>A TCP, UDP or ICMP echo header (the ports are then the identifier) and its payload.</summary>
internal sealed record GeneratedTransport(ushort SourcePort, ushort DestinationPort, uint Sequence, uint Acknowledgment, TcpFlags Flags, ushort Window, TcpOptionKind Options, byte[] Payload);

internal enum TcpOptionKind
{
    None,

    /// <summary>MSS, SACK permitted, timestamps, window scale: what Linux sends in a SYN.</summary>
    Syn,

    /// <summary>NOP, NOP, timestamps.</summary>
    Timestamps,

    /// <summary>NOP, NOP, SACK with one block.</summary>
    Sack,
}

internal static class PacketGen
{
    // Ports on which a tunnel would be looked for behind UDP.
    private static readonly int[] TunnelPorts = [4789, 8472, 4790, 6081, 4754, 6635];

    private static readonly Gen<IpAddress> V4 = Gen.UInt.Select(IpAddress.FromIpv4);

    private static readonly Gen<IpAddress> V6 = Gen.Select(Gen.ULong, Gen.ULong).Select(static (high, low) => IpAddress.FromIpv6(high & 0x3FFF_FFFF_FFFF_FFFF, low));

    private static readonly Gen<ushort> Port = Gen.UShort.Where(static port => !TunnelPorts.Contains(port));

    private static readonly Gen<GeneratedTransport> Transport = Gen.Select(
        Port,
        Port,
        Gen.Select(Gen.UInt, Gen.UInt),
        Gen.Int[0, 0x1FF],
        Gen.UShort,
        Gen.Int[0, 3],
        Gen.Byte.Array[0, 60],
        static (source, destination, numbers, flags, window, options, payload) =>
            new GeneratedTransport(source, destination, numbers.Item1, numbers.Item2, (TcpFlags)flags, window, (TcpOptionKind)options, payload));

    /// <summary>Any packet with a transport header, or (IPv4 only) a fragment of one.</summary>
    public static Gen<GeneratedPacket> Any { get; } = Gen.Select(Gen.Bool, Gen.Bool).SelectMany(static (v4, fragment) => Packet(v4, v4 && fragment ? Gen.Int[0, 3] : Gen.Const(0), 2));

    /// <summary>TCP or UDP, not fragmented: what a tunnel sends (its transport is replaced by the tunnel's), or what is in it.</summary>
    public static Gen<GeneratedPacket> Plain { get; } = Gen.Bool.SelectMany(static v4 => Packet(v4, Gen.Const(0), 1));

    private static Gen<GeneratedPacket> Packet(bool v4, Gen<int> fragment, int lastProtocol) => Gen.Select(
        v4 ? V4 : V6,
        v4 ? V4 : V6,
        Gen.Int[0, lastProtocol].Select(i => i switch { 0 => IpProtocol.Tcp, 1 => IpProtocol.Udp, _ => v4 ? IpProtocol.Icmp : IpProtocol.Icmpv6 }),
        Gen.Select(Gen.Byte, Gen.Byte),
        Gen.UShort,
        fragment,
        Transport,
        (source, destination, protocol, bytes, id, place, transport) => new GeneratedPacket(
            source, destination, protocol, bytes.Item1, bytes.Item2, v4 ? id : (ushort)0, (ushort)(place > 1 ? (8 * (id & 0xFFF)) | 8 : 0), place is 1 or 2, transport));
}
