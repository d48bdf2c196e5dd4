using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Clocks;

/// <summary>
/// Which node is nearer to a connection's client, where nothing else tells: from a packet of the client's to one of the server's, both of which all nodes saw,
/// it takes longer the nearer the client is. No clock need be right for that.
/// </summary>
internal sealed class ClockNearness(ObservationTables tables)
{
    /// <summary>Places from the client to the server, by clock; empty where no such packets are.</summary>
    /// <param name="forward">From the client, of one connection; each told from others.</param>
    /// <param name="reply">From the server.</param>
    public IReadOnlyDictionary<string, int> Of(IReadOnlyList<Observation> forward, IReadOnlyList<Observation> reply)
    {
        var clocks = forward.Concat(reply).Select(ClockOf).Distinct().ToList();
        if (clocks.Count < 2 || First(forward, clocks) is not { } asked || First(reply, clocks) is not { } answered)
            return new Dictionary<string, int>(StringComparer.Ordinal);
        return clocks.OrderByDescending(c => answered[c] - asked[c]).Select(static (c, i) => (c, i)).ToDictionary(static p => p.c, static p => p.i, StringComparer.Ordinal);
    }

    // When each clock saw the first packet that all saw.
    private Dictionary<string, long>? First(IReadOnlyList<Observation> packets, List<string> clocks) =>
        packets.GroupBy(o => ClockSample.IdentityOf(o, tables))
            .Select(p => p.GroupBy(ClockOf, StringComparer.Ordinal).ToDictionary(static c => c.Key, static c => c.Min(static o => o.Time), StringComparer.Ordinal))
            .Where(p => p.Count == clocks.Count)
            .MinBy(p => p[clocks[0]]);

    private string ClockOf(Observation o) => tables.Points[o.Point].Clock;
}
