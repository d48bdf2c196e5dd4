using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Trails;

/// <summary>What the packets have in common that one connection sent past one capture point the same way: nearly always all of one direction there.</summary>
/// <param name="Leg">Index of the leg.</param>
/// <param name="Tuple">Index of the innermost packet's tuple, in the direction it travels.</param>
/// <param name="Tunnel">Index of the tunnel around the packets; 0 where there is none.</param>
/// <param name="Macs">Index of the MAC pair of the Ethernet header directly around them; 0 where there is none.</param>
/// <param name="Point">Capture point index.</param>
/// <param name="Ttl">TTL or hop limit.</param>
/// <param name="Heading">Where the file says they went.</param>
internal readonly record struct Trail(int Leg, int Tuple, int Tunnel, int Macs, ushort Point, byte Ttl, PacketHeading Heading)
{
    public static Trail Of(in Observation o) => new(o.Leg, o.Tuple, o.Tunnel, o.Macs, o.Point, o.Ttl, o.Heading);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(in Observation o) =>
        ((Leg ^ o.Leg) | (Tuple ^ o.Tuple) | (Tunnel ^ o.Tunnel) | (Macs ^ o.Macs) | (Point ^ o.Point) | (Ttl ^ o.Ttl) | ((int)Heading ^ (int)o.Heading)) == 0;

    public override int GetHashCode() =>
        (int)(((uint)Leg * 0x9E3779B1u) ^ ((uint)Tuple * 0x85EBCA6Bu) ^ ((uint)Tunnel * 0xC2B2AE35u) ^ ((uint)Macs * 0x27D4EB2Fu) ^ (((uint)Point << 16) | ((uint)Ttl << 8) | (uint)Heading));
}
