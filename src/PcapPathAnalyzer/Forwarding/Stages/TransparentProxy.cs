using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>
/// TPROXY gives the packet, unchanged, to a socket that listens at another address (net/netfilter/xt_TPROXY.c); routing by the mark it sets then has
/// to lead to local delivery. Without such a socket it drops the packet.
/// </summary>
internal static class TransparentProxy
{
    public static Branch Assign(Branch b, TproxyTarget target, string where)
    {
        var tuple = b.Packet.Tuple;
        // No address: the first one of the device it came in by (nf_tproxy_laddr4).
        var address = target.Address.IsNone || target.Address.IsUnspecified
            ? b.Device?.Addresses.Select(a => a.Address.Address).FirstOrDefault(a => a.IsIpv4 == tuple.Destination.IsIpv4 && !a.IsLinkLocal) ?? default
            : target.Address;
        var port = target.Port == 0 ? tuple.DestinationPort : target.Port;
        var socket = FiveTuple.Endpoint(address, port);
        var assigned = b with { Packet = b.Packet with { Mark = (b.Packet.Mark & ~target.MarkMask) ^ target.Mark }, ProxiedTo = (address, port) };
        if (LocalDelivery.Listener(assigned) is { } listener)
            return assigned.If($"the socket at {socket} ({listener.Location}) is transparent (dumps do not show IP_TRANSPARENT)", isUsual: true);
        return LocalDelivery.AreListenersDumped(b.Namespace, tuple.Protocol)
            ? b.Add(b.Steps!.Step with { Kind = StepKind.Drop, Text = $"{where}: nothing listens at {socket}" }).End(Verdict.DroppedByRule, $"TPROXY of {where} finds no socket at {socket}")
            : assigned.If($"a transparent socket listens at {socket} of {b.Namespace.Name} (sockets were not dumped)", isUsual: true);
    }
}
