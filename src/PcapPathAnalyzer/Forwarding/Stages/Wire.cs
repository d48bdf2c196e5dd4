using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>A device whose other end no dump shows: the network between nodes. The frame arrives where its MAC address, or the next hop's address, is.</summary>
internal static class Wire
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch b)
    {
        var device = b.Device!;
        if (b.DestinationMac.IsGroup && Segment.Underlay(context, device).Distinct().ToList() is { Count: > 0 } hearers)
        {
            foreach (var copy in GroupFrames.Copies(b, hearers.ConvertAll(h => ((Func<Branch, Branch>)(x => Over(x, h, "one of those on it that the bundle shows")), $"{h}"))))
                yield return copy;
            yield break;
        }

        var targets = b.DestinationMac.IsNone ? [] : context.WithMac(b.DestinationMac).Where(i => i != device && Segment.IsWire(i) && i.Namespace != device.Namespace).ToList();
        if (targets.Count > 1)
            targets = targets.Where(t => Segment.Underlay(context, device).Contains(t)).ToList();
        if (targets.Count == 1)
            yield return Over(b, targets[0], $"which has {b.DestinationMac}");
        else if (targets.Count > 1)
            yield return b.CannotTell($"{string.Join(" and ", targets)} both have {b.DestinationMac}", device.Link.Location);
        else
            yield return b.Stop(StepKind.Leave, Verdict.LeavesBundle, $"leaves by {device.Name}{(b.DestinationMac.IsNone ? "" : $" for {b.DestinationMac}")}: its other end is not in the bundle", device.Link.Location);
    }

    private static Branch Over(Branch b, NetworkInterface to, string why) =>
        VethCrossing.Arrive(b, to).Step(StepKind.Veth, $"{b.Device} over the network between to {to}, {why}", to.Link.Location, b.Device!.Name).Then(Ingress.Run);
}
