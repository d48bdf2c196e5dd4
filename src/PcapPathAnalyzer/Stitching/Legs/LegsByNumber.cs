namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>Legs that have something in common (their endpoints, say) under its number, in order of their own numbers. Lists are linked through arrays: nearly all have one member.</summary>
internal sealed class LegsByNumber(List<Leg> legs)
{
    // Number of a leg + 1; 0 where there is none.
    private int[] first = new int[64];
    private int[] last = new int[64];
    private int[] next = new int[64];

    public void Add(int number, Leg leg)
    {
        Reserve(ref next, leg.Index);
        Reserve(ref first, number);
        Reserve(ref last, number);
        if (first[number] == 0)
            first[number] = leg.Index + 1;
        else
            next[last[number] - 1] = leg.Index + 1;
        last[number] = leg.Index + 1;
    }

    /// <summary>The first leg; null where there is none.</summary>
    public Leg? First(int number) => number < first.Length && first[number] > 0 ? legs[first[number] - 1] : null;

    public Leg? After(Leg leg) => leg.Index < next.Length && next[leg.Index] > 0 ? legs[next[leg.Index] - 1] : null;

    private static void Reserve(ref int[] array, int index)
    {
        if (index >= array.Length)
            Array.Resize(ref array, Math.Max(index + 1, array.Length * 2));
    }
}
