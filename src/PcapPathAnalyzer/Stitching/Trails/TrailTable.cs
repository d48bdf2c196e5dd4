using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Trails;

/// <summary>Numbers the trails of one file, in order of first sight.</summary>
/// <remarks>
/// A tuple has one trail, or a few: those are chained. Only where a chain grows long (hostile captures) trails are hashed, too; hashing
/// all took as long as counting and sorting their packets.
/// </remarks>
internal sealed class TrailTable
{
    /// <summary>Trails of one tuple that are looked through one by one.</summary>
    private const int LongestChain = 16;

    private readonly Dictionary<Trail, int> hashed = [];

    // By number; number 0 is nobody's.
    private Node[] nodes = new Node[64];
    private int count = 1;

    // By tuple.
    private Chain[] chains = new Chain[64];

    /// <summary>The number, from 0, of the trail that an observation is on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Of(in Observation o)
    {
        var known = chains;
        if ((uint)o.Tuple < (uint)known.Length && known[o.Tuple].Latest is not 0 and var latest && nodes[latest].Trail.Has(o))
            return latest - 1;
        return FindOrAdd(o);
    }

    /// <summary>All of them, each at its number.</summary>
    public Trail[] ToArray() => Array.ConvertAll(nodes[1..count], static n => n.Trail);

    /// <summary>Forgets all trails; the memory stays for the next file.</summary>
    public void Clear()
    {
        count = 1;
        Array.Clear(chains);
        hashed.Clear();
    }

    private int FindOrAdd(in Observation o)
    {
        if (o.Tuple >= chains.Length)
            Array.Resize(ref chains, Math.Max(o.Tuple + 1, chains.Length * 2));
        ref var chain = ref chains[o.Tuple];
        chain.Latest = Find(ref chain, o);
        return chain.Latest - 1;
    }

    private int Find(ref Chain chain, in Observation o)
    {
        var length = 0;
        for (var n = chain.First; n != 0; n = nodes[n].Next)
        {
            if (nodes[n].Trail.Has(o))
                return n;
            length++;
        }

        var trail = Trail.Of(o);
        if (length < LongestChain)
        {
            chain.First = Add(trail, chain.First);
            return chain.First;
        }

        if (!hashed.TryGetValue(trail, out var number))
            hashed.Add(trail, number = Add(trail, 0));
        return number;
    }

    private int Add(in Trail trail, int next)
    {
        if (count == nodes.Length)
            Array.Resize(ref nodes, count * 2);
        nodes[count] = new Node(trail, next);
        return count++;
    }

    private readonly record struct Node(Trail Trail, int Next);

    private struct Chain
    {
        public int First;

        /// <summary>That of the last packet: the next one is nearly always on the same.</summary>
        public int Latest;
    }
}
