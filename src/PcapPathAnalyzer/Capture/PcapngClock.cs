using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Capture;

/// <summary>How an interface's timestamps become nanoseconds: if_tsresol and if_tsoffset.</summary>
internal readonly struct PcapngClock
{
    private readonly ulong nanosecondsPerTick;
    private readonly long offset;

    /// <param name="ticksPerSecond">Not 0.</param>
    /// <param name="offset">In seconds.</param>
    public PcapngClock(ulong ticksPerSecond, long offset)
    {
        TicksPerSecond = ticksPerSecond;
        this.offset = unchecked(offset * 1_000_000_000);
        nanosecondsPerTick = 1_000_000_000 % ticksPerSecond == 0 ? 1_000_000_000 / ticksPerSecond : 0;
    }

    public ulong TicksPerSecond { get; }

    public Timestamp Time(ulong ticks)
    {
        // Micro-, milli- and nanoseconds are what files have; binary fractions and finer units take the long way.
        if (nanosecondsPerTick != 0)
            return new Timestamp(unchecked((long)(ticks * nanosecondsPerTick) + offset));
        var (seconds, fraction) = Math.DivRem(ticks, TicksPerSecond);
        return new Timestamp(unchecked((long)(seconds * 1_000_000_000) + (long)(ulong)((UInt128)fraction * 1_000_000_000 / TicksPerSecond) + offset));
    }
}
