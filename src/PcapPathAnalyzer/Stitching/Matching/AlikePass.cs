namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>A packet on its way, or several of one moment, of those that nothing but times tells apart.</summary>
internal sealed class AlikePass
{
    private readonly List<(string Clock, long Time)> times = new(2);

    /// <param name="clock">That saw it first.</param>
    /// <param name="time">When, as the first place of its clock would have seen it; nanoseconds of the reference clock.</param>
    /// <param name="sighting">Positions of a place's copies.</param>
    public AlikePass(string clock, long time, List<int> sighting)
    {
        times.Add((clock, time));
        Sightings.Add(sighting);
    }

    /// <summary>What each place saw, in order.</summary>
    public List<List<int>> Sightings { get; } = new(4);

    /// <summary>The transmission that is known already; -1 for a new one.</summary>
    public int Head { get; init; } = -1;

    /// <summary>By the first clock.</summary>
    public long Time => times[0].Time;

    public string Clock => times[0].Clock;

    /// <summary>Null where that clock did not see it.</summary>
    public long? TimeOn(string clock)
    {
        foreach (var (known, time) in times)
        {
            if (known == clock)
                return time;
        }

        return null;
    }

    /// <summary>Remembers when a clock saw it.</summary>
    public void See(string clock, long time)
    {
        if (TimeOn(clock) is null)
            times.Add((clock, time));
    }

    /// <summary>Counts its times from another place, where it would have been seen this much earlier; nanoseconds.</summary>
    public void Advance(long by)
    {
        for (var i = 0; i < times.Count; i++)
            times[i] = (times[i].Clock, times[i].Time - by);
    }

    /// <summary>The same packet elsewhere.</summary>
    public void Absorb(AlikePass other)
    {
        Sightings.AddRange(other.Sightings);
        foreach (var (clock, time) in other.times)
            See(clock, time);
    }

    /// <summary>The i-th copies at all places are one transmission.</summary>
    public IEnumerable<List<int>> Transmissions() =>
        Enumerable.Range(0, Sightings.Max(static s => s.Count)).Select(i => Sightings.Where(s => i < s.Count).Select(s => s[i]).ToList());
}
