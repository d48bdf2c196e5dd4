using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>
/// Whether losses between two points look like chance: most packets get through, and no more flows lost so many in a row than flows
/// would at that rate. Then neither a rule nor a route is to blame, and the capture itself may have missed them.
/// </summary>
internal static class SporadicLoss
{
    /// <summary>How likely chance alone must make so many flows with such rows of losses.</summary>
    private const double Least = 0.05;

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
        return lost.Select(static l => l.Packets.Count).Distinct().All(row => AtLeast(lost.Count(l => l.Packets.Count >= row), flows * Math.Pow(rate, row)) >= Least)
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"; {arrived} of {sent} packets on this way do get there, so these are lost by chance, or missed by the capture")
            : null;
    }

    // The probability of so many rare events, or more, where so many are expected (Poisson).
    private static double AtLeast(int count, double expected)
    {
        var (fewer, term) = (0.0, Math.Exp(-expected));
        for (var i = 0; i < count; i++)
        {
            fewer += term;
            term *= expected / (i + 1);
        }

        return 1 - fewer;
    }
}
