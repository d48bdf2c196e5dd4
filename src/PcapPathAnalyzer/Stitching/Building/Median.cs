namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>The median without a whole sort: there is one to be found per hop of each flow.</summary>
internal static class Median
{
    /// <summary>Below this, sorting by insertion is as fast.</summary>
    private const int Few = 16;

    /// <summary>What would be in the middle, the later of two, if the values were sorted; their order is lost.</summary>
    /// <param name="values">At least one.</param>
    public static long Of(Span<long> values)
    {
        var wanted = values.Length / 2;
        // Hoare's selection: each round keeps the part that holds the wanted place.
        while (values.Length > Few)
        {
            var pivot = Middle(values[0], values[values.Length / 2], values[^1]);
            var (low, high) = (0, values.Length - 1);
            while (low <= high)
            {
                while (values[low] < pivot)
                    low++;
                while (values[high] > pivot)
                    high--;
                if (low > high)
                    break;
                (values[low], values[high]) = (values[high], values[low]);
                low++;
                high--;
            }

            if (wanted <= high)
            {
                values = values[..(high + 1)];
            }
            else if (wanted >= low)
            {
                wanted -= low;
                values = values[low..];
            }
            else
            {
                return pivot;
            }
        }

        for (var i = 1; i < values.Length; i++)
        {
            var (value, at) = (values[i], i);
            for (; at > 0 && values[at - 1] > value; at--)
                values[at] = values[at - 1];
            values[at] = value;
        }

        return values[wanted];
    }

    private static long Middle(long a, long b, long c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
