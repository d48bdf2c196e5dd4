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

    /// <summary>Cells of a table; where neighbours are more, nothing is paired.</summary>
    private const int Most = 1 << 20;

    /// <summary>Pairs them.</summary>
    /// <param name="sent">Times in order.</param>
    /// <param name="seen">Times in order.</param>
    /// <param name="delay">What they took as a rule.</param>
    /// <returns>For each that was seen, which was sent; -1 for none.</returns>
    public static int[] Of(IReadOnlyList<long> sent, IReadOnlyList<long> seen, UsualDelay delay)
    {
        // As many here as there: each is the other's.
        if (sent.Count == seen.Count && sent.Zip(seen).All(p => delay.MayBe(p.Second - p.First)))
            return [.. Enumerable.Range(0, seen.Count)];
        // Clocks that nobody could set tell nothing of which is missing.
        return Nearby(sent, Math.Abs(delay.Middle) > TransmissionMatcher.Lifetime ? [] : [.. seen.Select(t => t - delay.Middle)], seen.Count);
    }

    /// <summary>How much later each was seen than sent, as far as that can be said without knowing which is which; in no order.</summary>
    public static List<long> Delays(IReadOnlyList<long> sent, IReadOnlyList<long> seen)
    {
        if (sent.Count == seen.Count)
            return [.. seen.Zip(sent, static (a, b) => a - b)];
        var delays = new List<long>(seen.Count);
        var i = 0;
        foreach (var time in seen)
        {
            // On to the nearest.
            while (i + 1 < sent.Count && Math.Abs(sent[i + 1] - time) <= Math.Abs(sent[i] - time))
                i++;
            if (i < sent.Count)
                delays.Add(time - sent[i]);
        }

        return delays;
    }

    private static int[] Nearby(IReadOnlyList<long> sent, IReadOnlyList<long> seen, int count)
    {
        var pairs = new int[count];
        Array.Fill(pairs, -1);
        var (i, j) = (0, 0);
        while (i < sent.Count && j < seen.Count)
        {
            // Neighbours, up to the first pause in both.
            var (m, n) = (i, j);
            var last = Math.Min(sent[i], seen[j]);
            while (true)
            {
                if (m < sent.Count && sent[m] - last <= Apart && (n == seen.Count || sent[m] <= seen[n]))
                    last = Math.Max(last, sent[m++]);
                else if (n < seen.Count && seen[n] - last <= Apart)
                    last = Math.Max(last, seen[n++]);
                else
                    break;
            }

            if ((long)(m - i + 1) * (n - j + 1) <= Most)
                Pair(sent, i, m, seen, j, n, pairs);
            (i, j) = (m, n);
        }

        return pairs;
    }

    // The cheapest way through the table of all that may follow each other.
    private static void Pair(IReadOnlyList<long> sent, int from, int to, IReadOnlyList<long> seen, int first, int end, int[] pairs)
    {
        var (rows, columns) = (to - from, end - first);
        if (rows == 0 || columns == 0)
            return;
        var cost = new long[rows + 1, columns + 1];
        for (var r = 0; r <= rows; r++)
        {
            for (var c = 0; c <= columns; c++)
            {
                if (r == 0 || c == 0)
                    cost[r, c] = (r + c) * Alone;
                else
                    cost[r, c] = Math.Min(cost[r - 1, c - 1] + Delay(r, c), Math.Min(cost[r - 1, c], cost[r, c - 1]) + Alone);
            }
        }

        for (var (r, c) = (rows, columns); r > 0 && c > 0;)
        {
            if (cost[r, c] == cost[r - 1, c - 1] + Delay(r, c))
                pairs[first + --c] = from + --r;
            else if (cost[r, c] == cost[r - 1, c] + Alone)
                r--;
            else
                c--;
        }

        long Delay(int r, int c) => Math.Abs(sent[from + r - 1] - seen[first + c - 1]);
    }
}
