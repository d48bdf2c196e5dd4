using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>CONNMARK: marks between the packet and its connection (net/netfilter/xt_connmark.c, connmark_tg_shift).</summary>
internal static class ConnectionMarks
{
    public static PacketState Apply(ConnmarkTarget target, PacketState packet)
    {
        if (packet.Connection is not { } c)
            return packet;
        return target.Operation switch
        {
            "set" => packet with { Connection = c with { Mark = (c.Mark & ~target.Clear) ^ target.Xor } },
            "save" => packet with { Connection = c with { Mark = (c.Mark & ~target.ConnectionMask) ^ (packet.Mark & target.PacketMask) } },
            "restore" => packet with { Mark = (packet.Mark & ~target.PacketMask) ^ (c.Mark & target.ConnectionMask) },
            _ => packet,
        };
    }
}
