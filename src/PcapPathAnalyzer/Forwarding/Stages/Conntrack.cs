using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Finds a packet's connection among those the walk has made, or makes one (nf_conntrack_in, net/netfilter/nf_conntrack_core.c).</summary>
internal static class Conntrack
{
    public static IReadOnlyList<Branch> Track(WalkContext context, Branch branch)
    {
        var packet = branch.Packet;
        // On lo the packet comes back in with the connection it was sent with.
        if (packet.ConntrackState == "UNTRACKED" || packet.Connection is not null)
            return [branch];
        if (!context.Index.Tracks(branch.Namespace, packet.Tuple.Destination.IsIpv6))
            return [branch with { Packet = packet with { ConntrackState = "UNTRACKED" } }];
        // A rule's template is used up now (nf_conntrack_in).
        var (zone, replyZone) = (packet.OriginalZone, packet.ReplyZone);
        packet = packet with { HasTemplate = false, OriginalZone = 0, ReplyZone = 0 };
        branch = branch with { Packet = packet };
        if (packet.IcmpError is { } quoted)
            return [Related(branch, quoted, replyZone)];
        return packet.AssumeEstablished && !branch.Connections.Exists(c => c.Namespace == branch.Namespace && c.IsConfirmed && (c.Original == packet.Tuple || c.IsReply(packet.Tuple)))
            ? EstablishedConnection.Ways(context, branch, zone, replyZone)
            : [Find(context, branch, zone, replyZone)];
    }

    private static Branch Find(WalkContext context, Branch branch, int zone, int replyZone)
    {
        var packet = branch.Packet;
        foreach (var c in branch.Connections)
        {
            if (c.Namespace != branch.Namespace || !c.IsConfirmed)
                continue;
            if (c.IsReply(packet.Tuple) && c.ReplyZone == replyZone)
            {
                var seen = c with { IsReplySeen = true };
                return branch.Keep(seen) with { Packet = packet with { Connection = seen, IsReply = true, ConntrackState = "ESTABLISHED", IsDestinationTranslated = c.IsDestinationTranslated, IsSourceTranslated = c.IsSourceTranslated } };
            }

            if (c.Original == packet.Tuple && c.Zone == zone)
                return branch with { Packet = packet with { Connection = c, ConntrackState = c.IsReplySeen ? "ESTABLISHED" : "NEW", IsDestinationTranslated = c.IsDestinationTranslated, IsSourceTranslated = c.IsSourceTranslated } };
        }

        if (!ConntrackStart.Opens(branch.Namespace, packet))
            return branch with { Packet = packet with { ConntrackState = "INVALID" } };
        var made = Make(context, branch.Namespace, packet) with { Zone = zone, ReplyZone = replyZone };
        return branch.Keep(made) with { Packet = packet with { Connection = made, ConntrackState = "NEW", IsDestinationTranslated = false, IsSourceTranslated = false } };
    }

    /// <summary>The connection begins with its first packet's leaving; what has no translation by then will never have one (nf_nat_alloc_null_binding).</summary>
    public static Branch Confirm(Branch branch)
    {
        if (branch.Packet.Connection is not { IsConfirmed: false } c || branch.Packet.IsReply)
            return branch;
        if (Collision(branch, c) is { } other)
            return branch.Stop(StepKind.Drop, Verdict.DroppedByRule, $"dropped by conntrack: {branch.Packet.Tuple} is a connection of its own in its zone, whose answers would be packets of {other.Original}");
        var done = c with { IsDestinationDone = true, IsSourceDone = true, IsConfirmed = true };
        return branch.Keep(done) with { Packet = branch.Packet with { Connection = done } };
    }

    /// <summary>The connection whose packets would be taken for answers to this one (nf_conntrack_tuple_taken): as with a zone of one direction alone.</summary>
    public static Connection? Collision(Branch branch, Connection made) =>
        branch.Connections.Find(c => c.Id != made.Id && c.Namespace == branch.Namespace && c.IsConfirmed && c.Original == made.Reply && c.Zone == made.ReplyZone);

    /// <summary>A connection as its first packet makes it.</summary>
    public static Connection Make(WalkContext context, NetworkNamespace ns, PacketState packet) => new()
    {
        Id = context.NextConnection(),
        Namespace = ns,
        Original = packet.Tuple,
        OriginalSourcePorts = packet.SourcePorts,
        OriginalDestinationPorts = packet.DestinationPorts,
        Reply = packet.Tuple.Reversed,
        ReplyDestinationPorts = packet.SourcePorts,
        ReplySourcePorts = packet.DestinationPorts,
    };

    // nf_conntrack_inet_error: the packet quoted inside names the connection, against whose direction the error goes: it is looked for as its reply.
    private static Branch Related(Branch branch, Primitives.FiveTuple quoted, int zone)
    {
        foreach (var c in branch.Connections)
        {
            if (c.Namespace == branch.Namespace && c.IsConfirmed && c.Reply.Reversed == quoted && c.ReplyZone == zone)
                return branch with { Packet = branch.Packet with { Connection = c, IsReply = true, ConntrackState = "RELATED", IsDestinationTranslated = c.IsDestinationTranslated, IsSourceTranslated = c.IsSourceTranslated } };
        }

        return branch with { Packet = branch.Packet with { ConntrackState = "INVALID" } };
    }
}
