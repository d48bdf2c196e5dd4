namespace PcapPathAnalyzer.Benchmarks;

/// <summary>Runs what is compared in turn, round by round, so that what else the machine does falls on all alike.</summary>
internal static class InterleavedRounds
{
    /// <returns>The times of each contender; none where its program is missing or fails.</returns>
    public static List<List<T>> Run<T>(IReadOnlyList<Func<T?>> contenders, int rounds)
        where T : class
    {
        var times = contenders.Select(static _ => new List<T>()).ToList();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < contenders.Count; i++)
            {
                if (contenders[i]() is { } time)
                    times[i].Add(time);
            }
        }

        return times;
    }
}
