namespace PcapPathAnalyzer.Stitching;

/// <summary>Where the observations of transmissions are put in path order: one piece of memory for many flows, used again when they are settled.</summary>
/// <param name="capacity">Observations; more are taken as they are needed.</param>
internal sealed class TransmissionMemory(int capacity)
{
    private Observation[] items = GC.AllocateUninitializedArray<Observation>(capacity);
    private ushort[] hops = GC.AllocateUninitializedArray<ushort>(capacity);
    private int used;

    /// <summary>Room for so many observations, from the position that is given.</summary>
    public (Observation[] Items, ushort[] Hops, int Start) Take(int count)
    {
        if (used + count > items.Length)
        {
            items = GC.AllocateUninitializedArray<Observation>(Math.Max(count, items.Length));
            hops = GC.AllocateUninitializedArray<ushort>(items.Length);
            used = 0;
        }

        var start = used;
        used += count;
        return (items, hops, start);
    }

    /// <summary>Forgets all: nothing that was taken may be used any more.</summary>
    public void Reset() => used = 0;
}
