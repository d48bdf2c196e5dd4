namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// Pairs what one place saw with what another saw of packets that nothing but their times tells apart: in order, as many as possible, and so that
/// their delays differ the least. What was lost on the way, or not captured, stays alone.
/// </summary>
internal static class OrderedPairs
{
    /// <summary>Packets farther apart than this, but for the usual delay, are not compared; nanoseconds.</summary>
    internal const long Apart = 500_000;

    /// <summary>What a packet without a partner costs: more than any delay among neighbours.</summary>
    private const long Alone = 1_000_000_000;

    /// <summary>Cells of a table; where neighbours are more, only those are paired that are at once behind each other.</summary>
    private const int Most = 1 << 20;

    /// <summary>Pairs them.</summary>
    /// <param name="sent">Times in order.</param>
    /// <param name="seen">Times in order.</param>
    /// <param name="delay">What they took as a rule.</param>
    /// <param name="doubt">What that may be wrong by for all of them together; nanoseconds.</param>
    /// <returns>For each that was seen, which was sent.</returns>
    public static Partner[] Of(IReadOnlyList<long> sent, IReadOnlyList<long> seen, UsualDelay delay, long doubt = 0)
    {
        // Clocks that nobody could set tell nothing of which is missing.
        var pairs = Nearby(sent, Math.Abs(delay.Middle) > TransmissionMatcher.Lifetime ? [] : [.. seen.Select(t => t - delay.Middle)], seen.Count, delay.Noise, doubt);
        if (sent.Count != seen.Count || !sent.Zip(seen).All(p => delay.MayBe(p.Second - p.First)))
            return pairs;
        // As many here as there: each is the other's, but where times show that one place lacks one packet and the other place another.
        var hasShifted = pairs.Where((p, i) => p.Best >= 0 && p.Best != i).Any();
        return hasShifted ? pairs : [.. Enumerable.Range(0, seen.Count).Select(static i => new Partner(i, i, i, MayBeNone: false))];
    }

    /// <summary>How much later each was seen than the one sent that is nearest; in no order.</summary>
    public static IEnumerable<long> NearestDelays(IReadOnlyList<long> sent, IReadOnlyList<long> seen)
    {
        var i = 0;
        foreach (var time in seen)
        {
            // On to the nearest.
            while (i + 1 < sent.Count && Math.Abs(sent[i + 1] - time) <= Math.Abs(sent[i] - time))
                i++;
            if (i < sent.Count)
                yield return time - sent[i];
        }
    }

    private static Partner[] Nearby(IReadOnlyList<long> sent, IReadOnlyList<long> seen, int count, long noise, long doubt)
    {
        var apart = Apart + (2 * doubt);
        var pairs = new Partner[count];
        Array.Fill(pairs, Partner.None);
        var (i, j) = (0, 0);
        while (i < sent.Count && j < seen.Count)
        {
            // Neighbours, up to the first pause in both.
            var (m, n) = (i, j);
            var last = Math.Min(sent[i], seen[j]);
            while (true)
            {
                if (m < sent.Count && sent[m] - last <= apart && (n == seen.Count || sent[m] <= seen[n]))
                    last = Math.Max(last, sent[m++]);
                else if (n < seen.Count && seen[n] - last <= apart)
                    last = Math.Max(last, seen[n++]);
                else
                    break;
            }

            if ((long)(m - i + 1) * (n - j + 1) <= Most)
                Pair(sent, i, m, seen, j, n, pairs, noise + (m - i == n - j ? 0 : doubt * Math.Min(m - i, n - j)));
            else
                PairAtOnce(sent, i, m, seen, j, n, pairs, noise);
            (i, j) = (m, n);
        }

        return pairs;
    }

    // Very many: each that was seen is the only one that it can be, or nobody knows.
    private static void PairAtOnce(IReadOnlyList<long> sent, int from, int to, IReadOnlyList<long> seen, int first, int end, Partner[] pairs, long noise)
    {
        var (low, high) = (from, from);
        for (var c = first; c < end; c++)
        {
            while (low < to && sent[low] < seen[c] - noise)
                low++;
            high = Math.Max(high, low);
            while (high < to && sent[high] <= seen[c] + noise)
                high++;
            var isRivalled = (c > first && seen[c] - seen[c - 1] <= 2 * noise) || (c + 1 < end && seen[c + 1] - seen[c] <= 2 * noise);
            pairs[c] = high == low ? Partner.None : new Partner(low, low, high - 1, isRivalled);
        }
    }

    // The cheapest way through the table of all that may follow each other; and for each that was seen, where ways lead that cost hardly more.
    private static void Pair(IReadOnlyList<long> sent, int from, int to, IReadOnlyList<long> seen, int first, int end, Partner[] pairs, long noise)
    {
        var (rows, columns) = (to - from, end - first);
        if (rows == 0 || columns == 0)
            return;
        var (before, after) = (new long[rows + 1, columns + 1], new long[rows + 1, columns + 1]);
        for (var r = 0; r <= rows; r++)
        {
            for (var c = 0; c <= columns; c++)
            {
                before[r, c] = r == 0 || c == 0 ? (r + c) * Alone : Math.Min(before[r - 1, c - 1] + Delay(r, c), Math.Min(before[r - 1, c], before[r, c - 1]) + Alone);
                var (u, v) = (rows - r, columns - c);
                after[u, v] = r == 0 || c == 0 ? (r + c) * Alone : Math.Min(after[u + 1, v + 1] + Delay(u + 1, v + 1), Math.Min(after[u + 1, v], after[u, v + 1]) + Alone);
            }
        }

        var most = before[rows, columns] + noise;
        for (var (r, c) = (rows, columns); r > 0 && c > 0;)
        {
            if (before[r, c] == before[r - 1, c - 1] + Delay(r, c))
                pairs[first + --c] = Like(--r, c);
            else if (before[r, c] == before[r - 1, c] + Alone)
                r--;
            else
                c--;
        }

        Partner Like(int best, int column)
        {
            var (low, high, mayBeNone) = (best, best, before[0, column] + Alone + after[0, column + 1] <= most);
            for (var r = 0; r < rows; r++)
            {
                mayBeNone |= before[r + 1, column] + Alone + after[r + 1, column + 1] <= most;
                if (before[r, column] + Delay(r + 1, column + 1) + after[r + 1, column + 1] <= most)
                    (low, high) = (Math.Min(low, r), Math.Max(high, r));
            }

            return new Partner(from + best, from + low, from + high, mayBeNone);
        }

        long Delay(int r, int c) => Math.Abs(sent[from + r - 1] - seen[first + c - 1]);
    }
}

/// <summary>Which of the packets that were sent was seen.</summary>
/// <param name="Best">The one that times speak for; -1 for none.</param>
/// <param name="First">The first that times speak for hardly less.</param>
/// <param name="Last">The last of them.</param>
/// <param name="MayBeNone">Another one that was seen may be it as well.</param>
internal readonly record struct Partner(int Best, int First, int Last, bool MayBeNone)
{
    public static readonly Partner None = new(-1, 0, -1, MayBeNone: true);

    /// <summary>Times do not tell which it is.</summary>
    public bool IsUndecided => Best >= 0 && (MayBeNone || First != Last);
}
