using PcapPathAnalyzer.Forwarding.Netfilter;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Translations that need no rule: later packets of a connection repeat the first one's, replies undo it (nf_nat_packet, net/netfilter/nf_nat_core.c).</summary>
internal static class NatReply
{
    /// <summary>A packet of the original direction after the first.</summary>
    public static Branch Repeat(Branch b, Connection c, string hook, bool isDestination)
    {
        var packet = b.Packet;
        if (isDestination ? !c.IsDestinationTranslated : !c.IsSourceTranslated)
            return b;
        packet = isDestination
            ? packet with { Tuple = packet.Tuple with { Destination = c.Reply.Source, DestinationPort = c.Reply.SourcePort }, DestinationPorts = c.ReplySourcePorts }
            : packet with { Tuple = packet.Tuple with { Source = c.Reply.Destination, SourcePort = c.Reply.DestinationPort }, SourcePorts = c.ReplyDestinationPorts };
        return packet.Tuple == b.Packet.Tuple ? b : Say(b, packet, isDestination ? StepKind.Dnat : StepKind.Snat, hook, "as the connection's first packet was");
    }

    /// <summary>A reply: the destination was the source translated, the source is what the client asked for.</summary>
    public static Branch Undo(Branch b, Connection c, string hook, bool isDestination)
    {
        var packet = b.Packet;
        if (isDestination ? !c.IsSourceTranslated : !c.IsDestinationTranslated)
            return b;
        if (packet.IcmpError is { } quoted)
        {
            // The error's own address, whoever sends it, and the packet quoted inside, as the client knows them (nf_nat_icmp_reply_translation).
            packet = isDestination
                ? packet with { Tuple = packet.Tuple with { Destination = c.Original.Source }, IcmpError = c.Original }
                : packet with { IcmpError = c.Original, Tuple = packet.Tuple with { Source = c.Original.Destination } };
            return packet.Tuple == b.Packet.Tuple && packet.IcmpError == quoted ? b : Say(b, packet, StepKind.UnNat, hook, "and in the packet that the error quotes");
        }

        packet = isDestination
            ? packet with { Tuple = packet.Tuple with { Destination = c.Original.Source, DestinationPort = c.Original.SourcePort }, DestinationPorts = c.OriginalSourcePorts }
            : packet with { Tuple = packet.Tuple with { Source = c.Original.Destination, SourcePort = c.Original.DestinationPort }, SourcePorts = c.OriginalDestinationPorts };
        return packet.Tuple == b.Packet.Tuple && packet.DestinationPorts == b.Packet.DestinationPorts ? b : Say(b, packet, StepKind.UnNat, hook, "by the connection's translation");
    }

    private static Branch Say(Branch b, PacketState packet, StepKind kind, string hook, string why)
    {
        var destination = packet.Tuple.Destination != b.Packet.Tuple.Destination || packet.Tuple.DestinationPort != b.Packet.Tuple.DestinationPort || packet.DestinationPorts != b.Packet.DestinationPorts;
        var text = destination
            ? $"destination {Translation.Endpoint(b.Packet, true)} becomes {Translation.Endpoint(packet, true)} {why}"
            : $"source {Translation.Endpoint(b.Packet, false)} becomes {Translation.Endpoint(packet, false)} {why}";
        b = b with { Packet = packet };
        return b.Add(new PathStep(kind, b.Namespace.Name, text, packet) { Hook = hook, Table = "nat", Depth = b.Depth });
    }
}
