using CsCheck;
using PcapPathAnalyzer.Decode;

namespace PcapPathAnalyzer.Tests.Decode.Generated;

/// <summary>What is put into one Ethernet frame: VLAN tags, tunnels around each other, and the innermost packet.</summary>
/// <param name="Vlans">Outermost first; the last one is directly outside the (outer) IP header.</param>
/// <param name="Tunnels">Outermost first.</param>
internal sealed record GeneratedFrame(ulong SourceMac, ulong DestinationMac, short[] Vlans, GeneratedTunnel[] Tunnels, GeneratedPacket Innermost)
{
    /// <summary>One packet per IP header, outermost first.</summary>
    public IEnumerable<GeneratedPacket> Packets => Tunnels.Select(static t => t.Carrier).Append(Innermost);

    public override string ToString() =>
        $"vlans [{string.Join(',', Vlans)}] {string.Concat(Tunnels.Select(static t => $"{t.Carrier.Source} > {t.Carrier.Destination} {t.Kind} {t.Vni} | "))}{Innermost} payload {Innermost.Transport.Payload.Length}";
}

/// <param name="Carrier">The IP packet that carries the tunnel; its protocol and transport are the tunnel's.</param>
/// <param name="Vni">24 bits.</param>
internal sealed record GeneratedTunnel(TunnelKind Kind, GeneratedPacket Carrier, int Vni, ulong SourceMac, ulong DestinationMac)
{
    public Encapsulation Encapsulation => Kind switch
    {
        TunnelKind.VxlanIana or TunnelKind.VxlanLinux => Encapsulation.Vxlan,
        TunnelKind.Geneve => Encapsulation.Geneve,
        TunnelKind.GreKeyed => Encapsulation.Gre,
        _ => Encapsulation.IpInIp,
    };

    /// <summary>Whether an Ethernet header stands inside.</summary>
    public bool CarriesEthernet => Kind is TunnelKind.VxlanIana or TunnelKind.VxlanLinux or TunnelKind.Geneve;
}

internal enum TunnelKind
{
    VxlanIana,
    VxlanLinux,
    Geneve,
    GreKeyed,
    IpInIp,
}

internal static class FrameGen
{
    private static readonly Gen<ulong> Mac = Gen.ULong[1, 0xFFFF_FFFF_FFFF];

    /// <summary>All that <see cref="FrameBytes"/> can write.</summary>
    public static Gen<GeneratedFrame> Any { get; } = Frame(2, TunnelKind.IpInIp, PacketGen.Any);

    /// <summary>At most one VLAN tag, no tunnel but VXLAN: what PacketDotNet can write.</summary>
    public static Gen<GeneratedFrame> Common { get; } = Frame(1, TunnelKind.VxlanLinux, PacketGen.Plain);

    private static Gen<GeneratedFrame> Frame(int vlans, TunnelKind lastTunnel, Gen<GeneratedPacket> innermost) => Gen.Select(
        Mac,
        Mac,
        Gen.Short[0, 4095].Array[0, vlans],
        Tunnel(lastTunnel).Array[0, 2],
        innermost,
        static (source, destination, tags, tunnels, packet) => new GeneratedFrame(source, destination, tags, tunnels, packet));

    private static Gen<GeneratedTunnel> Tunnel(TunnelKind last) => Gen.Select(
        Gen.Int[0, (int)last], PacketGen.Plain, Gen.Int[0, 0xFFFFFF], Mac, Mac, static (kind, carrier, vni, source, destination) => new GeneratedTunnel((TunnelKind)kind, carrier, vni, source, destination));
}
