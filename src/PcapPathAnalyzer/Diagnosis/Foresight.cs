using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>
/// What the dumps say of a lost packet beyond the place where it was last seen: the walk that agrees with all that was seen
/// of its flow, and ends before the packet, or its answer, arrives.
/// </summary>
/// <param name="Lost">The packet.</param>
/// <param name="Steps">Its way, or the answer's, to where it ends.</param>
/// <param name="Verdict">How it ends.</param>
/// <param name="Reason">The last step's words.</param>
/// <param name="IsReply">True where the packet arrives and the answer does not.</param>
/// <param name="Conditions">What must hold for it, beyond what the dumps say; empty where nothing is open.</param>
internal sealed record Foresight(LostPacket Lost, IReadOnlyList<PathStep> Steps, Verdict Verdict, string Reason, bool IsReply, IReadOnlyList<string> Conditions)
{
    /// <summary>What ends it.</summary>
    public PathStep End => Steps[^1];

    /// <summary>The one end that the dumps foretell; null where they foretell none, several, or that it arrives and is answered.</summary>
    public static Foresight? Of(Evidence evidence, LostPacket lost)
    {
        var (ends, passes) = Ends(evidence, lost);
        var usual = ends.FindAll(static e => e.Probability is not null);
        if (usual.Count == 0 || (passes && !lost.IsDestinationOpen && IsDestinationSeen(lost)))
            return null;
        var causes = usual.GroupBy(static e => (e.Foresight.Verdict, e.Foresight.End.Namespace, e.Foresight.End.Location, e.Foresight.Reason)).OrderByDescending(static g => g.Sum(static e => e.Probability)).ToList();
        return causes.Count == 1 ? causes[0].First().Foresight : null;
    }

    /// <summary>In a sentence, with a blank in front: which setting that was not dumped would explain it; empty where none would.</summary>
    public static string Possible(Evidence evidence, LostPacket lost)
    {
        var open = Ends(evidence, lost).Bad.Where(e => e.Probability is null && e.Foresight.Conditions.Count > 0 && (e.Foresight.IsReply || !lost.IsReply) && e.Foresight.End.Namespace == lost.Place.Name)
            .OrderBy(static e => e.Foresight.Conditions.Count).Select(static e => e.Foresight).FirstOrDefault();
        return open is null ? "" : $" It would be so if {string.Join(" and ", open.Conditions)}: {open.Reason}.";
    }

    private static (List<(Foresight Foresight, double? Probability)> Bad, bool Passes) Ends(Evidence evidence, LostPacket lost)
    {
        var bad = new List<(Foresight Foresight, double? Probability)>();
        var passes = false;
        if (lost.Flow.Outcome is FlowOutcome.Stalled or FlowOutcome.Reset || FlowWalk.Request(evidence.Network, lost.Flow) is not { } request)
            return (bad, passes);
        foreach (var path in evidence.Walks.Run(request).Paths)
        {
            // Of copies of one packet that end badly none says how the others end.
            if (!FlowWalk.Agrees(lost.Flow, path) || path.Steps.Any(s => s.Packet.DestinationMac.IsGroup))
                continue;
            if (path.Verdict == Verdict.Delivered && path.ReplyVerdict == Verdict.Delivered && path.Probability is not null)
                passes = true;
            if (EndOf(lost, path) is { } end)
                bad.Add((end, path.Probability));
        }

        return (bad, passes);
    }

    private static bool IsDestinationSeen(LostPacket lost) => lost.Flow.Served is not null;

    private static Foresight? EndOf(LostPacket lost, WalkPath path)
    {
        if (!lost.IsReply && IsBad(path.Verdict))
            return IsBeyond(lost, path.Steps) ? new Foresight(lost, path.Steps, path.Verdict, path.Reason, IsReply: false, path.Conditions) : null;
        if (path.Verdict != Verdict.Delivered || path.ReplyVerdict is not { } verdict || !IsBad(verdict) || path.Reply.Count == 0)
            return null;
        // An answer that was not seen may end anywhere; one that was seen, no sooner.
        return lost.IsReply ? IsBeyond(lost, path.Reply) ? Reply() : null : lost.HasArrived || lost.Flow.Reply.Hops.Count == 0 ? Reply() : null;

        Foresight Reply() => new(lost, path.Reply, verdict, path.ReplyReason ?? "", IsReply: true, path.Conditions);
    }

    private static bool IsBad(Verdict verdict) => verdict is Verdict.DroppedByRule or Verdict.RejectedByRule or Verdict.NoRoute or Verdict.NeighbourUnreachable or Verdict.NoFdbEntry or Verdict.NoListener;

    // The way ends where the packet was last seen, or after it.
    private static bool IsBeyond(LostPacket lost, IReadOnlyList<PathStep> steps)
    {
        if (lost.Last.Point.Home is not { } home)
            return false;
        var end = steps[^1];
        switch (lost.Stage)
        {
            case LossStage.Received:
                return steps.Any(s => s.Namespace == lost.Place.Name && s.Depth == 0) && !IsBefore(steps, lost.Place, home);
            case LossStage.Decapsulating:
                return steps.Any(s => s.Namespace == home.Name && s.Depth > 0);
            case LossStage.Sent:
                return end.Namespace != home.Name && steps.Any(s => s.Namespace == home.Name);
            default:
                // The device's tap is behind the hooks.
                return steps.Any(s => s.Namespace == home.Name && s.Interface == lost.Last.Point.Interface) && (end.Namespace != home.Name || end.Depth > 0 || end.Hook is null);
        }
    }

    // A pod's packet that reached its node has left the pod.
    private static bool IsBefore(IReadOnlyList<PathStep> steps, NetworkNamespace place, NetworkNamespace home) => place != home && steps[^1].Namespace == home.Name;
}
