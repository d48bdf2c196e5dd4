using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Counts packets at each hop of a direction, and takes the times between them.</summary>
internal sealed class HopMeter
{
    internal const int MaxDelays = 1024;
    private readonly ObservationTables tables;
    private readonly List<HopCandidate> hops;
    private readonly Count[] counts;

    // The hops that the transmission which is looked at was seen at, by their places, when it was first seen there, and for each the one that it came from.
    private readonly List<int> way = [];
    private readonly List<long> times = [];
    private readonly List<int> last = [];
    private int[] before = [];

    /// <param name="tables">What the observations' numbers mean.</param>
    /// <param name="hops">In path order.</param>
    public HopMeter(ObservationTables tables, List<HopCandidate> hops)
    {
        (this.tables, this.hops) = (tables, hops);
        counts = new Count[hops.Count];
    }

    /// <param name="transmissions">Those of the direction.</param>
    /// <param name="into">Takes a record per hop.</param>
    public void Measure(List<Transmission> transmissions, Span<HopRecord> into)
    {
        foreach (var t in transmissions)
            Note(t.Observations.AsSpan(), t.Hops.AsSpan());
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = counts[i].Record with { Tuple = hops[i].Key.Tuple, Tunnel = hops[i].Key.Tunnel, Latency = HopRecord.NoLatency };
            if (counts[i].Delays is not { } delays)
                continue;
            // Packets go different ways, and captures miss some: the hop that most came from.
            var (from, most) = delays.OrderByDescending(static d => d.Value.Count).ThenByDescending(static d => d.Key).First();
            most.Sort();
            HopBefore.Tell(ref into[i], from, most[most.Count / 2], hops[from].Point, hops[i].Point);
        }
    }

    // Fragments and segments of one transmission: the first at each hop is counted and timed.
    private void Note(ReadOnlySpan<Observation> observations, ReadOnlySpan<ushort> numbers)
    {
        way.Clear();
        times.Clear();
        for (var k = 0; k < observations.Length; k++)
        {
            ref readonly var o = ref observations[k];
            var hop = numbers[k] - 1;
            var isFirst = way.Count == 0 || way[^1] != hop;
            counts[hop].Note(o, tables, isFirst);
            if (!isFirst)
                continue;
            way.Add(hop);
            times.Add(o.Time);
        }

        // Nearly always the way of the last one.
        if (!way.SequenceEqual(last))
        {
            last.Clear();
            last.AddRange(way);
            before = [.. Enumerable.Range(0, way.Count).Select(i => HopBefore.Of(new Way(hops, last), i))];
        }

        for (var i = 1; i < before.Length; i++)
        {
            if (before[i] >= 0)
                counts[way[i]].Note(way[before[i]], times[i] - times[before[i]]);
        }
    }

    private readonly struct Way(List<HopCandidate> hops, List<int> way) : IWay
    {
        public int Count => way.Count;

        public CapturePoint At(int hop) => hops[way[hop]].Point;
    }

    private struct Count
    {
        public HopRecord Record;

        /// <summary>From hops before, by their places, nanoseconds.</summary>
        public SortedDictionary<int, List<long>>? Delays;

        public void Note(int from, long delay)
        {
            Delays ??= [];
            if (!Delays.TryGetValue(from, out var known))
                Delays.Add(from, known = []);
            if (known.Count < MaxDelays)
                known.Add(delay);
        }

        public void Note(in Observation o, ObservationTables tables, bool isFirst)
        {
            if (Record.Packets == 0)
            {
                Record.Ttl = o.Ttl;
                Record.BeginFrames(o.Point, o.Frame);
            }

            if (isFirst)
                Record.Packets++;
            Record.Bytes += o.Length;
            Record.NoteFrame(o.Point, o.Frame, tables);
        }
    }
}
