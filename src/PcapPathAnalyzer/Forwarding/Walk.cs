using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Forwarding.Stages;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>Where a walk begins, and with which packet.</summary>
public sealed record WalkRequest
{
    public required NetworkNamespace Namespace { get; init; }

    /// <summary>The device the packet comes in by; null where the namespace sends it itself.</summary>
    public NetworkInterface? Device { get; init; }

    public required PacketState Packet { get; init; }
}

/// <summary>All ways of one request.</summary>
/// <param name="IsCut">True where there were more than <see cref="Walk.MaxPaths"/>.</param>
public sealed record WalkResult(IReadOnlyList<WalkPath> Paths, bool IsCut);

/// <summary>Walks a packet through the network as the dumps describe it, and the answer back: every branch that the dumps leave open.</summary>
public static class Walk
{
    /// <summary>Branches followed to their end; what is beyond is cut, and the result says so.</summary>
    public const int MaxPaths = 2048;

    /// <summary>Stages of one branch: far beyond any real way (64 hops of about ten), so that only a loop reaches it.</summary>
    private const int MaxAge = 2048;

    public static WalkResult Run(Network network, WalkRequest request)
    {
        var context = new WalkContext(network);
        var start = new Branch { Namespace = request.Namespace, Packet = request.Packet, Device = request.Device };
        if (request.Device is { } device)
        {
            var group = GroupRoutes.IsGroup(request.Packet.Tuple.Destination) ? GroupFrames.AddressOf(request.Packet.Tuple.Destination) : default;
            start = start with { Packet = request.Packet with { In = device.Name, DestinationMac = group }, DestinationMac = group };
            start = start.Step(StepKind.Send, $"{start.Packet.Tuple.Protocol.Keyword()} {Translation.Endpoint(start.Packet, false)} > {Translation.Endpoint(start.Packet, true)} comes in by {device}", device.Link.Location).Then(Ingress.Run);
        }
        else
        {
            start = start.Then(LocalOutput.Run);
        }

        var (ends, isCut) = Follow(context, start);
        var paths = new List<WalkPath>();
        foreach (var end in ends)
        {
            if (ReplyStart.Of(context, end) is { } answer && paths.Count < MaxPaths)
            {
                var (replies, cut) = Follow(context, answer);
                isCut |= cut;
                paths.AddRange(replies.Select(r => Path(end, r)));
            }
            else
            {
                paths.Add(Path(end, null));
            }
        }

        return new WalkResult([.. paths.OrderByDescending(p => p.Probability ?? -1)], isCut);
    }

    private static (List<Branch> Ends, bool IsCut) Follow(WalkContext context, Branch start)
    {
        var open = new Stack<Branch>();
        open.Push(start);
        var ends = new List<Branch>();
        while (open.TryPop(out var b))
        {
            if (ends.Count >= MaxPaths)
                return (ends, true);
            if (b.Verdict is not null || b.Next is null)
            {
                ends.Add(b.Verdict is null ? b.CannotTell("the walk ends here") : b);
                continue;
            }

            if (b.Age > MaxAge)
            {
                ends.Add(b.CannotTell("the packet goes in a circle"));
                continue;
            }

            foreach (var next in b.Next(context, b).Reverse())
                open.Push(next with { Age = b.Age + 1 });
        }

        return (ends, false);
    }

    private static WalkPath Path(Branch end, Branch? reply) => new()
    {
        Probability = (reply ?? end).Probability,
        Conditions = (reply ?? end).Conditions,
        Verdict = end.Verdict!.Value,
        Reason = end.Reason,
        Steps = Steps(end.Steps),
        Reply = Steps(reply?.Steps),
        ReplyVerdict = reply?.Verdict,
        ReplyReason = reply?.Reason,
        Answer = reply is null ? null : end.Answer?.Name ?? "reply",
    };

    private static List<PathStep> Steps(Trail? trail)
    {
        var list = new List<PathStep>();
        for (; trail is not null; trail = trail.Before)
            list.Add(trail.Step);
        list.Reverse();
        return list;
    }
}
