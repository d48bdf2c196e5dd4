namespace PcapPathAnalyzer.Primitives;

/// <summary>Finds a place among what is in order.</summary>
internal static class InOrder
{
    /// <summary>How many come before it, which is the place of the first that does not.</summary>
    /// <param name="items">All that are before stand before all others.</param>
    /// <param name="isBefore">Asked of a few of them.</param>
    public static int CountBefore<T>(ReadOnlySpan<T> items, Func<T, bool> isBefore)
    {
        var (low, high) = (0, items.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isBefore(items[middle]))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
