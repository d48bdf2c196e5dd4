using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>Headers behind which another frame or packet begins.</summary>
internal static class TunnelDecoder
{
    public static Next Vxlan(ref Walk walk)
    {
        if (!VxlanHeader.TryRead(walk.Rest, out var header))
            return walk.Short(VxlanHeader.Length);

        // RFC 7348 section 5: without the I flag there is no VNI; Linux drops such frames, and here it is no VXLAN but UDP on that port.
        if (!header.HasVni)
            return Next.Done;
        walk.Skip(VxlanHeader.Length);
        walk.EnterTunnel(Encapsulation.Vxlan, header.Vni);
        return Next.Ethernet;
    }
}
