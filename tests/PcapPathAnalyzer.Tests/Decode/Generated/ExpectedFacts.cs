using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Decode.Generated;

/// <summary>Holds decoded facts against what was put in.</summary>
internal static class ExpectedFacts
{
    /// <summary>All packets and all their fields. Options are compared only where the writer has them.</summary>
    public static void Check(GeneratedFrame frame, DecodedFrame decoded, bool withOptions)
    {
        Assert.That(decoded.Count, Is.EqualTo(frame.Tunnels.Length + 1));
        for (var i = 0; i < decoded.Count; i++)
        {
            ref readonly var facts = ref decoded.Packets[i];
            Surroundings(frame, i, facts);
            if (i < frame.Tunnels.Length)
            {
                Network(frame.Tunnels[i].Carrier, facts);
                continue;
            }

            Network(frame.Innermost, facts);
            Assert.That(facts.Protocol, Is.EqualTo(frame.Innermost.Protocol));
            Assert.That(facts.PayloadLength, Is.EqualTo(frame.Innermost.Transport.Payload.Length));
            if (frame.Innermost.HasTransport)
                Transport(frame.Innermost, facts, withOptions);
        }
    }

    /// <summary>What a header said that was captured whole, whatever comes after it.</summary>
    public static void Network(GeneratedPacket packet, in PacketFacts facts)
    {
        Assert.That(facts.Source, Is.EqualTo(packet.Source));
        Assert.That(facts.Destination, Is.EqualTo(packet.Destination));
        Assert.That(facts.Ttl, Is.EqualTo(packet.Ttl));
        Assert.That(facts.TrafficClass, Is.EqualTo(packet.TrafficClass));
        Assert.That(facts.Identification, Is.EqualTo(packet.Identification));
        Assert.That(facts.FragmentOffset, Is.EqualTo(packet.FragmentOffset));
        Assert.That(facts.IsFragment, Is.EqualTo(packet.FragmentOffset != 0 || packet.MoreFragments));
        Assert.That((facts.Flags & PacketFlags.BadIpChecksum) == 0, Is.True);
    }

    private static void Surroundings(GeneratedFrame frame, int i, in PacketFacts facts)
    {
        var around = i == 0 ? null : frame.Tunnels[i - 1];
        Assert.That(facts.Encapsulation, Is.EqualTo(around?.Encapsulation ?? Encapsulation.None));
        Assert.That(facts.Vni, Is.EqualTo(around is null || around.Kind == TunnelKind.IpInIp ? -1 : around.Vni));
        var ethernet = around is null || around.CarriesEthernet;
        Assert.That(facts.SourceMac.Value, Is.EqualTo(!ethernet ? 0 : around?.SourceMac ?? frame.SourceMac));
        Assert.That(facts.DestinationMac.Value, Is.EqualTo(!ethernet ? 0 : around?.DestinationMac ?? frame.DestinationMac));
        Assert.That(facts.Vlan, Is.EqualTo(i == 0 && frame.Vlans.Length > 0 ? frame.Vlans[^1] : (short)-1));
    }

    private static void Transport(GeneratedPacket packet, in PacketFacts facts, bool withOptions)
    {
        var t = packet.Transport;
        Assert.That(facts.SourcePort, Is.EqualTo(t.SourcePort));
        if (packet.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6)
        {
            Assert.That(facts.IcmpSequence, Is.EqualTo(t.DestinationPort));
            return;
        }

        Assert.That(facts.DestinationPort, Is.EqualTo(t.DestinationPort));
        if (packet.Protocol != IpProtocol.Tcp)
            return;
        Assert.That(facts.TcpSequence, Is.EqualTo(t.Sequence));
        Assert.That(facts.TcpAcknowledgment, Is.EqualTo(t.Acknowledgment));
        Assert.That(facts.TcpFlags, Is.EqualTo(t.Flags));
        Assert.That(facts.TcpWindow, Is.EqualTo(t.Window));
        var timestamps = withOptions && t.Options is TcpOptionKind.Syn or TcpOptionKind.Timestamps;
        Assert.That((facts.Flags & PacketFlags.HasTcpTimestamps) != 0, Is.EqualTo(timestamps && withOptions));
        Assert.That(facts.TcpTimestampValue, Is.EqualTo(timestamps && withOptions ? ~t.Sequence : 0));
        var syn = withOptions && t.Options == TcpOptionKind.Syn;
        Assert.That((facts.TcpMss, facts.TcpWindowScale), Is.EqualTo(syn ? ((ushort)0x582, (byte)10) : ((ushort)0, (byte)255)));
    }
}
