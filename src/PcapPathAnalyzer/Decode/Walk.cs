using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Decode;

/// <summary>What stands at the walk's offset; a layer reads its header and names what follows.</summary>
internal enum Next : byte
{
    Done,
    Ethernet,
    Sll,
    Sll2,
    Loopback,
    Ppp,
    PppDirection,
    PppProtocol,
    CiscoHdlc,
    EtherType,
    Llc,
    Mpls,
    Pppoe,
    AnyIp,
    Ipv4,
    Ipv6,
    Transport,
    Vxlan,
    VxlanGpe,
    Geneve,
    Gre,
    WireGuard,
}

/// <summary>
/// The walk down one frame: where it stands, where the innermost container ends on the wire, and what the headers passed
/// so far say about the next IP header.
/// </summary>
internal ref struct Walk
{
    /// <summary>The captured bytes of the whole frame.</summary>
    public ReadOnlySpan<byte> Frame;

    public DecodedFrame Into;

    /// <summary>Where the next header begins; never beyond <see cref="Frame"/>.</summary>
    public int Offset;

    /// <summary>Where the innermost packet ends on the wire, as an offset in the frame; may lie beyond what was captured.</summary>
    public int End;

    /// <summary>The EtherType of what follows, for <see cref="Next.EtherType"/>.</summary>
    public ushort Type;

    /// <summary>The bytes are a packet quoted by an ICMP error: cut by design, so that what is missing is no fault.</summary>
    public bool Quoted;

    // Said of the next IP header by what is around it.
    public Encapsulation Encapsulation;
    public short Vlan;
    public long Vni;
    public MacAddress SourceMac;
    public MacAddress DestinationMac;

    /// <summary>What was captured of the innermost container from here on.</summary>
    public readonly ReadOnlySpan<byte> Rest => Frame[Offset..Math.Max(Offset, Math.Min(End, Frame.Length))];

    /// <summary>Passes a header that was read whole.</summary>
    public void Skip(int length) => Offset += length;

    /// <summary>A header of which not all bytes are there: cut by the snap length, or too short on the wire.</summary>
    public readonly Next Short(int needed) => Fail(Offset + needed <= End ? DecodeFault.CutBySnapLength : DecodeFault.Truncated);

    /// <summary>Ends the walk for a reason.</summary>
    public readonly Next Fail(DecodeFault fault)
    {
        Note(fault);
        return Next.Done;
    }

    /// <summary>Records a fault that does not end the walk. The first one stays: what follows from it is its consequence.</summary>
    public readonly void Note(DecodeFault fault)
    {
        if (Quoted || Into.Fault != DecodeFault.None)
            return;
        Into.Fault = fault;
        Into.FaultOffset = Offset;
    }

    /// <summary>What is here is no IP packet, and only counted.</summary>
    public readonly Next FailAtLink()
    {
        NoteLink();
        return Fail(DecodeFault.UnsupportedNetworkProtocol);
    }

    /// <summary>Keeps what is known of what is here, because no packet will.</summary>
    public readonly void NoteLink() => Into.Link = new LinkFacts(SourceMac, DestinationMac, Vlan, Encapsulation, Vni);

    /// <summary>Keeps what the snap length left of a packet that begins so many bytes farther on, if it is inside a tunnel.</summary>
    /// <param name="headers">Bytes of headers between here and its IP header.</param>
    /// <param name="version">Of IP; 0 where it is not known.</param>
    public readonly void NoteInside(int headers, byte version)
    {
        if (Quoted || Into.Count == 0 || (Into.Last.Flags & PacketFlags.Tunnel) == 0)
            return;
        NoteLink();
        var begin = Math.Min(Offset + headers, Frame.Length);
        Into.Inside = InsideFacts.Read(Frame[begin..], End - Offset - headers, version);
    }

    /// <summary>A link layer begins inside a tunnel: what the outer one said no longer counts.</summary>
    public void EnterTunnel(Encapsulation encapsulation, long vni)
    {
        if (encapsulation != Encapsulation.IcmpQuote)
            Into.Last.Flags |= PacketFlags.Tunnel;
        Encapsulation = encapsulation;
        Vni = vni;
        Vlan = -1;
        SourceMac = default;
        DestinationMac = default;
    }
}
