using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Counts packets at each hop of a direction, and takes the times between them.</summary>
internal sealed class HopMeter
{
    internal const int MaxDelays = 1024;
    private readonly ObservationTables tables;
    private readonly List<HopCandidate> hops;
    private readonly Count[] counts;

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
            ref var c = ref counts[i];
            c.Delays?.Sort();
            into[i] = c.Record with
            {
                Tuple = hops[i].Key.Tuple,
                Tunnel = hops[i].Key.Tunnel,
                Latency = c.Delays is { Count: > 0 } delays ? delays[delays.Count / 2] : HopRecord.NoLatency,
            };
        }
    }

    // Fragments and segments of one transmission: the first at each hop is counted and timed.
    private void Note(ReadOnlySpan<Observation> observations, ReadOnlySpan<ushort> numbers)
    {
        var (last, lastTime, counted) = (0, 0L, 0);
        for (var k = 0; k < observations.Length; k++)
        {
            ref readonly var o = ref observations[k];
            int hop = numbers[k];
            ref var c = ref counts[hop - 1];
            c.Note(o, tables, isFirst: hop != counted);
            counted = hop;
            if (hop == last || IsTap(hop))
                continue;
            if (last > 0 && (hop == last + 1 || (hop == last + 2 && IsTap(last + 1))) && (c.Delays ??= []).Count < MaxDelays)
                c.Delays.Add(o.Time - lastTime);
            (last, lastTime) = (hop, o.Time);
        }
    }

    // The copy a promiscuous bridge gets of what it switches between two ports is stamped after the packet has left: it has
    // a place on the way and no time on it.
    private bool IsTap(int hop) => hop >= 2 && hop < hops.Count && IsTap(hops[hop - 2].Point, hops[hop - 1].Point, hops[hop].Point);

    internal static bool IsTap(CapturePoint before, CapturePoint here, CapturePoint after) =>
        here.Device is { IsBridge: true } bridge && before.Device?.Master == bridge && after.Device?.Master == bridge;

    private struct Count
    {
        public HopRecord Record;

        /// <summary>From the hop before, nanoseconds.</summary>
        public List<long>? Delays;

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
