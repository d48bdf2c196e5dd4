using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Delivery of what was sent to a group: to every socket that listens; where none does nobody is told (RFC 1122 section 3.2.2).</summary>
internal static class GroupDelivery
{
    private const string EchoSwitch = "net.ipv4.icmp_echo_ignore_broadcasts";

    public static Branch Run(Branch branch)
    {
        var b = branch with { IsOfGroup = true };
        var tuple = b.Packet.Tuple;
        var where = $"{b.Namespace.Name}{(b.Device is null ? "" : $" by {b.Device.Name}")}";
        switch (tuple.Protocol)
        {
            case IpProtocol.Tcp:
                return b.Stop(StepKind.Drop, Verdict.NoListener, $"TCP in {b.Namespace.Name} takes nothing that is sent to a group (tcp_v4_rcv)");
            case IpProtocol.Icmp when b.Packet.IcmpType == 8:
                var answers = WalkContext.Sysctl(b.Namespace, EchoSwitch) is 0;
                return b.Stop(StepKind.Deliver, Verdict.Delivered, $"delivered to {where}{(answers ? "" : $", which does not answer: {EchoSwitch} is 1{(b.Namespace.Sysctls.ContainsKey(EchoSwitch) ? "" : " by default")}")}") with { IsSilent = !answers };
            case var p when p.HasPorts():
                if (LocalDelivery.Listener(b) is { } listener)
                    return b.Stop(StepKind.Deliver, Verdict.Delivered, $"delivered to {where}: {listener.Process ?? "a socket"} listens on port {tuple.DestinationPort}", listener.Location);
                return LocalDelivery.AreListenersDumped(b.Namespace, p)
                    ? b.Stop(StepKind.Drop, Verdict.NoListener, $"nothing in {b.Namespace.Name} listens on {p.Keyword()} port {tuple.DestinationPort}, and of a group's packets nobody is told so")
                    : b.Stop(StepKind.Deliver, Verdict.Delivered, $"delivered to {where} (its sockets were not dumped)");
            default:
                return b.Stop(StepKind.Deliver, Verdict.Delivered, $"delivered to {where}");
        }
    }
}
