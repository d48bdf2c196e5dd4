using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Packets by chance for <see cref="RouterNetwork"/>: forwarded, delivered to the router, sent by it.</summary>
internal static class RandomProbe
{
    public static (string From, Probe Probe) Of(Random random, bool isIpv6)
    {
        var from = random.Next(3) == 0 ? RouterNetwork.Router : RouterNetwork.Client;
        var protocol = Pick(random, IpProtocol.Tcp, IpProtocol.Tcp, IpProtocol.Udp, isIpv6 ? IpProtocol.Icmpv6 : IpProtocol.Icmp);
        var source = from == RouterNetwork.Router ? Pick(random, "10.1.0.1", "10.2.0.1") : RouterNetwork.ClientAddress;
        var destination = Pick(random, "10.2.0.2", "10.2.0.2", "10.2.0.3", "10.8.0.1", "10.8.0.2", "10.2.0.1", "10.1.0.1");
        var port = protocol.HasPorts() ? Pick(random, 7, 7, 8, 80) : 0;
        var probe = isIpv6 ? Probe.Of(Ip6Spelling.Address(source), Ip6Spelling.Address(destination), protocol, port) : Probe.Of(source, destination, protocol, port);
        return (from, probe with
        {
            Ttl = Pick(random, (byte)64, (byte)64, (byte)63, (byte)2, (byte)1),
            TcpFlags = Pick(random, (byte)0x02, (byte)0x02, (byte)0x02, (byte)0x10, (byte)0x12, (byte)0x04, (byte)0x01, (byte)0x29, (byte)0xC2),
            TrafficClass = Pick(random, (byte)0, (byte)0, (byte)0x28, (byte)0x10, (byte)0x01, (byte)0x03),
            Payload = Pick(random, 0, 8, 30),
            Mark = from == RouterNetwork.Router ? Pick(random, 0, 0, 1, 2, 0x10) : 0,
        });
    }

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];
}
