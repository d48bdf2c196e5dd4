namespace PcapPathAnalyzer.Stitching;

/// <summary>What tells one leg from another.</summary>
/// <param name="Canonical">The lower number of its two tuples; never 0.</param>
/// <param name="Number">Initial sequence number, or the count of idle times before these datagrams.</param>
/// <param name="Kind">How it begins.</param>
internal readonly record struct LegKey(int Canonical, uint Number, LegKind Kind)
{
    public override int GetHashCode() => (int)(((uint)Canonical * 0x9E3779B1u) ^ (Number * 0x85EBCA6Bu)) + (int)Kind;
}

/// <summary>Legs between the same endpoints, in order of their numbers. Lists are linked through arrays: nearly all have one member.</summary>
internal sealed class LegsByTuple(List<Leg> legs)
{
    // Number of a leg + 1; 0 where there is none.
    private int[] first = new int[64];
    private int[] last = new int[64];
    private int[] next = new int[64];

    public void Add(int canonical, Leg leg)
    {
        Reserve(ref next, leg.Index);
        Reserve(ref first, canonical);
        Reserve(ref last, canonical);
        if (first[canonical] == 0)
            first[canonical] = leg.Index + 1;
        else
            next[last[canonical] - 1] = leg.Index + 1;
        last[canonical] = leg.Index + 1;
    }

    /// <summary>The first leg; null where there is none.</summary>
    public Leg? First(int canonical) => canonical < first.Length && first[canonical] > 0 ? legs[first[canonical] - 1] : null;

    public Leg? After(Leg leg) => leg.Index < next.Length && next[leg.Index] > 0 ? legs[next[leg.Index] - 1] : null;

    private static void Reserve(ref int[] array, int index)
    {
        if (index >= array.Length)
            Array.Resize(ref array, Math.Max(index + 1, array.Length * 2));
    }
}
