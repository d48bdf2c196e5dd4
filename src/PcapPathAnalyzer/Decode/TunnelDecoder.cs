using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>Headers behind which another frame or packet begins.</summary>
internal static class TunnelDecoder
{
    public static Next Vxlan(ref Walk walk)
    {
        if (!VxlanHeader.TryRead(walk.Rest, out var header))
            return Cut(ref walk, VxlanHeader.Length, Encapsulation.Vxlan);

        // RFC 7348 section 5: without the I flag there is no VNI; Linux drops such frames, and here it is no VXLAN but UDP on that port.
        if (!header.HasVni)
            return Next.Done;
        walk.Skip(VxlanHeader.Length);
        walk.EnterTunnel(Encapsulation.Vxlan, header.Vni);
        return Next.Ethernet;
    }

    public static Next VxlanGpe(ref Walk walk)
    {
        if (!VxlanHeader.TryRead(walk.Rest, out var header))
            return Cut(ref walk, VxlanHeader.Length, Encapsulation.VxlanGpe);
        if (!header.HasVni)
            return Next.Done;
        walk.Skip(VxlanHeader.Length);
        walk.EnterTunnel(Encapsulation.VxlanGpe, header.Vni);

        // Without the P flag it is plain VXLAN. 4 is a network service header (RFC 8300): the packet is opaque behind it.
        return (header.HasNextProtocol ? header.NextProtocol : 3) switch
        {
            1 => Next.Ipv4,
            2 => Next.Ipv6,
            3 => Next.Ethernet,
            5 => Next.Mpls,
            _ => walk.FailAtLink(),
        };
    }

    public static Next Geneve(ref Walk walk)
    {
        var rest = walk.Rest;
        if (!GeneveHeader.TryRead(rest, out var header))
            return Cut(ref walk, rest.IsEmpty ? GeneveHeader.MinimumLength : GeneveHeader.LengthFrom(rest[0]), Encapsulation.Geneve);

        // Another version, or a control message: a datagram on Geneve's port and nothing to look into.
        if (header.Version != 0 || header.IsControl)
            return Next.Done;
        if (header.HeaderLength > rest.Length)
            return Cut(ref walk, header.HeaderLength, Encapsulation.Geneve);
        walk.Skip(header.HeaderLength);
        walk.EnterTunnel(Encapsulation.Geneve, header.Vni);
        walk.Type = header.Protocol;
        return Next.EtherType;
    }

    // The snap length ends inside the tunnel's own header: what travels is inside all the same, and nobody can tell what.
    private static Next Cut(ref Walk walk, int needed, Encapsulation encapsulation)
    {
        var next = walk.Short(needed);
        if (walk.Offset + needed > walk.End)
            return next;
        walk.EnterTunnel(encapsulation, -1);
        walk.NoteInside(needed + EthernetHeader.Length, version: 0);
        return next;
    }

    /// <summary>
    /// A message by its type and length (the protocol's own fixed sizes; WireGuard white paper section 5.4): the inside is
    /// encrypted, so that the walk ends here with the fact noted.
    /// </summary>
    public static Next WireGuard(ref Walk walk)
    {
        const int initiation = 148, response = 92, cookie = 64, smallestData = 32;
        ref var packet = ref walk.Into.Last;
        var rest = walk.Rest;
        var length = packet.PayloadLength;
        if (rest.Length < 4 || rest[1] != 0 || rest[2] != 0 || rest[3] != 0)
            return Next.Done;
        var known = rest[0] switch
        {
            1 => length == initiation,
            2 => length == response,
            3 => length == cookie,
            4 => length >= smallestData && length % 16 == 0,
            _ => false,
        };
        if (known)
            packet.Flags |= PacketFlags.WireGuard;
        return Next.Done;
    }
}
