using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>
/// The connection of a packet whose connection began before the walk: as a conntrack dump has it, one way for each translation there; where none has it,
/// its first packet is taken to have met the rules as they are now.
/// </summary>
internal static class EstablishedConnection
{
    private const string Established = "ESTABLISHED";

    public static IReadOnlyList<Branch> Ways(WalkContext context, Branch b, int zone, int replyZone)
    {
        var packet = b.Packet;
        var began = Conntrack.Make(context, b.Namespace, packet) with { Zone = zone, ReplyZone = replyZone, IsConfirmed = true, IsReplySeen = true };
        var known = b.Namespace.Conntrack.Where(c => IsOf(c.Original, packet) || IsOf(c.Reply, packet))
            .DistinctBy(c => (IsOf(c.Original, packet), c.Reply.Source, c.Reply.SourcePort, c.Reply.Destination)).ToList();
        if (known.Count == 0)
            return [Join(b, began, isReply: false)];
        return [.. known.Select(entry => Join(known.Count == 1 ? b : b.If($"{entry.Location}: the connection is like this one", isUsual: false), Like(entry, began, packet), !IsOf(entry.Original, packet)))];
    }

    /// <summary>The translation that the first packet got, without the rules that a later packet does not meet.</summary>
    public static Branch Translated(Branch before, Branch asked)
    {
        var packet = asked.Packet;
        var c = packet.Connection! with { FirstMark = packet.Mark };
        var b = asked with { Steps = before.Steps, Verdict = null, Packet = packet with { ConntrackState = Established, Mark = before.Packet.Mark, Connection = c } };
        b = b.Keep(c);
        if (packet.Tuple == before.Packet.Tuple && packet.SourcePorts == before.Packet.SourcePorts && packet.DestinationPorts == before.Packet.DestinationPorts)
            return b;
        var step = asked.Steps!.Step;
        return b.If($"the connection's first packet met the rules of {b.Namespace.Name} as they are now (no conntrack entry shows it)", isUsual: true)
            .Add(step with { Text = $"{step.Text}, as the connection's first packet was", Packet = b.Packet });
    }

    private static Branch Join(Branch b, Connection c, bool isReply) => b.Keep(c) with
    {
        Packet = b.Packet with { Connection = c, IsReply = isReply, ConntrackState = Established, IsDestinationTranslated = c.IsDestinationTranslated, IsSourceTranslated = c.IsSourceTranslated },
    };

    // A source port that was not asked for stays open, translated or not.
    private static Connection Like(ConntrackRecord entry, Connection began, PacketState packet)
    {
        var isOpen = packet.SourcePorts is not null && IsOf(entry.Original, packet);
        var isPortKept = entry.Reply.DestinationPort == entry.Original.SourcePort;
        return began with
        {
            Original = isOpen ? packet.Tuple : entry.Original,
            OriginalSourcePorts = isOpen ? packet.SourcePorts : null,
            OriginalDestinationPorts = null,
            Reply = isOpen ? entry.Reply with { DestinationPort = 0 } : entry.Reply,
            ReplyDestinationPorts = isOpen ? isPortKept ? packet.SourcePorts : PortRange.Translated : null,
            ReplySourcePorts = null,
            Mark = entry.Mark,
            IsDestinationNat = Ipvs.ServiceHook.Find(began.Namespace, 0, entry.Original) is not null ? false : null,
            IsDestinationDone = true,
            IsSourceDone = true,
        };
    }

    private static bool IsOf(FiveTuple known, PacketState packet) =>
        known == packet.Tuple || (packet.SourcePorts is { } ports && known.SourcePort >= ports.First && known.SourcePort <= ports.Last && known with { SourcePort = packet.Tuple.SourcePort } == packet.Tuple);
}
