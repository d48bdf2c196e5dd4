using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>A world so small that every packet of it can be walked: what properties of rules are held against.</summary>
internal static class SmallWorld
{
    /// <summary>The rules whose conditions the packet met, the deciding one too.</summary>
    public static IEnumerable<NetfilterRule> Matched(TableOutcome outcome) => outcome.Path.Select(h => h.Rule).Concat(outcome.Deciding is { } rule ? [rule] : []);

    public static IEnumerable<PacketState> Packets() =>
        from source in new[] { "10.0.0.1", "10.0.0.9", "10.0.1.1", "192.168.0.1" }
        from destination in new[] { "10.0.0.1", "10.9.9.9", "192.168.0.1" }
        from device in new[] { "eth0", "eth1", "veth0" }
        from protocol in new[] { IpProtocol.Tcp, IpProtocol.Udp }
        from port in new ushort[] { 80, 85, 90, 443 }
        from mark in new uint[] { 0, 1, 3 }
        from state in new[] { "NEW", "ESTABLISHED", "INVALID" }
        select new PacketState { Tuple = new FiveTuple(IpAddress.Parse(source), 1234, IpAddress.Parse(destination), port, protocol), In = device, Out = "out", Mark = mark, ConntrackState = state };
}
