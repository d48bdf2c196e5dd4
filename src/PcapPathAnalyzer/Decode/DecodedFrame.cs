using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Decode;

/// <summary>What the decoder made of one frame. One instance is reused for every frame: nothing in it may be kept but copies of values.</summary>
public sealed class DecodedFrame
{
    /// <summary>Nested IP headers beyond this many are not decoded (fault <see cref="DecodeFault.TooDeep"/>).</summary>
    public const int MaxPackets = 8;

    private readonly PacketFacts[] packets = new PacketFacts[MaxPackets];

    // The last frame ended in Complete: beside the packets and the EtherType everything is as Reset leaves it.
    private bool plain;

    /// <summary>One entry per IP header, outermost first; the packets quoted by ICMP errors come last.</summary>
    public ReadOnlySpan<PacketFacts> Packets
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => packets.AsSpan(0, Count);
    }

    public int Count { get; internal set; }

    /// <summary>The innermost packet that is itself travelling (a packet quoted by an ICMP error is not). Valid when <see cref="Count"/> is not 0.</summary>
    public ref readonly PacketFacts Innermost
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ref readonly var last = ref packets[Count - 1];
            return ref last.Encapsulation == Encapsulation.IcmpQuote ? ref BeforeQuotes() : ref last;
        }
    }

    public ref readonly PacketFacts Outermost => ref packets[0];

    /// <summary>Valid when <see cref="EtherType"/> is ARP and the ARP body was read.</summary>
    public ArpFacts Arp { get; internal set; }

    /// <summary>
    /// What is around the end of the walk where that is no IP packet: an ARP body, a protocol that is only counted. A VXLAN
    /// frame that carries ARP, or whose inside was cut off, has its outer packet in <see cref="Packets"/> and the VNI here.
    /// </summary>
    public LinkFacts Link { get; internal set; }

    /// <summary>What is left of a packet inside a tunnel, of which the snap length cut the IP header or more; none elsewhere. What is around it is in <see cref="Link"/>.</summary>
    public InsideFacts Inside { get; internal set; }

    /// <summary>The innermost EtherType that was read; 0 where the link type has none.</summary>
    public ushort EtherType { get; internal set; }

    /// <summary>ifindex of a Linux cooked v2 frame; -1 where the link type has none.</summary>
    public int IfIndex { get; internal set; }

    /// <summary>sll_pkttype of Linux cooked frames (0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us); -1 elsewhere.</summary>
    public int CookedPacketType { get; internal set; }

    /// <summary>Why decoding ended before the payload; <see cref="DecodeFault.None"/> where it did not.</summary>
    public DecodeFault Fault { get; internal set; }

    /// <summary>Offset in the frame at which the fault was met.</summary>
    public int FaultOffset { get; internal set; }

    internal ref PacketFacts Last => ref packets[Count - 1];

    /// <summary>The place of a packet that is being decoded; it counts with <see cref="Complete"/>.</summary>
    internal ref PacketFacts Slot(int index) => ref packets[index];

    /// <summary>The frame is these packets and nothing else. True, for the end of a chain of conditions.</summary>
    internal bool Complete(int count, ushort etherType)
    {
        // What only other frames have is cleared when the last one was such a frame.
        if (!plain)
            Reset();
        plain = true;
        Count = count;
        EtherType = etherType;
        return true;
    }

    private ref readonly PacketFacts BeforeQuotes()
    {
        var i = Count - 1;
        while (i > 0 && packets[i].Encapsulation == Encapsulation.IcmpQuote)
            i--;
        return ref packets[i];
    }

    internal void Reset()
    {
        plain = false;
        Count = 0;
        Arp = default;
        Link = LinkFacts.None;
        Inside = default;
        EtherType = 0;
        IfIndex = -1;
        CookedPacketType = -1;
        Fault = DecodeFault.None;
        FaultOffset = 0;
    }

    /// <summary>Adds a packet with what the headers around it said; they are then used up.</summary>
    internal ref PacketFacts Add(ref Walk walk)
    {
        ref var packet = ref packets[Count++];
        packet = default;
        packet.Encapsulation = walk.Encapsulation;
        packet.Vni = walk.Vni;
        packet.Vlan = walk.Vlan;
        packet.SourceMac = walk.SourceMac;
        packet.DestinationMac = walk.DestinationMac;
        packet.TcpWindowScale = 255;
        return ref packet;
    }
}

/// <summary>An ARP body for IPv4 over Ethernet (RFC 826).</summary>
public readonly record struct ArpFacts(ushort Operation, MacAddress SenderMac, IpAddress SenderAddress, MacAddress TargetMac, IpAddress TargetAddress);

/// <summary>What link layer and tunnel headers say of what they carry.</summary>
/// <param name="Vlan">-1 where untagged.</param>
/// <param name="Vni">As in <see cref="PacketFacts.Vni"/>; -1 where there is none.</param>
public readonly record struct LinkFacts(MacAddress SourceMac, MacAddress DestinationMac, short Vlan, Encapsulation Encapsulation, long Vni)
{
    public static LinkFacts None => new(default, default, -1, Encapsulation.None, -1);
}
