using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>
/// Whether losses between two points look like chance: most packets get through, and none of the flows lost more in a row than so many flows
/// would at that rate. Then neither a rule nor a route is to blame, and the capture itself may have missed them.
/// </summary>
internal static class SporadicLoss
{
    /// <summary>Flows with such a row of losses that chance alone would make; fewer are no chance.</summary>
    private const double Expected = 0.05;

    /// <summary>For the message, with a separator in front; null where it is not chance.</summary>
    public static string? Of(Evidence evidence, IReadOnlyList<LostPacket> lost, CapturePoint to)
    {
        var from = lost[0].Last.Point;
        var (sent, arrived, flows) = (0L, 0L, lost.Count);
        var losing = lost.Select(static l => l.Direction).ToHashSet();
        foreach (var direction in evidence.Flows.SelectMany(static f => new[] { f.Forward, f.Reply }))
        {
            var (here, there) = (direction.Hops.FirstOrDefault(h => h.Point == from), direction.Hops.LastOrDefault(h => h.Point == to));
            if (here is null || (there is null && !losing.Contains(direction)))
                continue;
            if (there is not null && there.Number < here.Number)
                continue;
            flows++;
            sent += here.Packets;
            arrived += Math.Min(there?.Packets ?? 0, here.Packets);
        }

        if (arrived == 0 || arrived * 2 < sent)
            return null;
        var rate = 1 - ((double)arrived / sent);
        return lost.All(l => flows * Math.Pow(rate, l.Packets.Count) >= Expected)
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"; {arrived} of {sent} packets on this way do get there, so these are lost by chance, or missed by the capture")
            : null;
    }
}
