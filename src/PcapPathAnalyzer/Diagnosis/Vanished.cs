using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>A copy of a segment that ends early on a way that other packets go to its end, and whose bytes were sent again.</summary>
internal sealed record Vanished(Flow Flow, Transmission Packet, Hop From, Hop To)
{
    public static IEnumerable<Vanished> Of(Flow flow) => Of(flow, flow.Forward).Concat(Of(flow, flow.Reply));

    private static IEnumerable<Vanished> Of(Flow flow, FlowDirection direction)
    {
        if (direction.Retransmissions == 0 || !direction.PacketsKept)
            yield break;
        var reach = direction.Transmissions.Where(t => !t.IsIcmpError).Max(t => t.LastHop);
        var again = direction.Transmissions.Where(t => t.IsRetransmission).Select(t => t.Sequence).ToHashSet();
        foreach (var t in direction.Transmissions)
        {
            if (!t.IsIcmpError && t.LastHop > 0 && t.LastHop < reach && again.Contains(t.Sequence))
                yield return new Vanished(flow, t, direction.Hops[t.LastHop - 1], direction.Hops[t.LastHop]);
        }
    }
}
