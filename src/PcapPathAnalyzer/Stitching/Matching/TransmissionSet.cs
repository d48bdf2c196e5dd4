namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>Groups of positions (in a list of observations), one group a transmission; memory is used again for the next list.</summary>
internal sealed class TransmissionSet
{
    private readonly List<int> heads = [];
    private int[] next = new int[64];
    private int[] tail = new int[64];

    public int Count => heads.Count;

    /// <summary>Forgets all groups and makes room for positions below <paramref name="size"/>.</summary>
    public void Reset(int size)
    {
        heads.Clear();
        if (size > next.Length)
        {
            next = new int[Math.Max(size, next.Length * 2)];
            tail = new int[next.Length];
        }
    }

    /// <summary>A new group of one; groups are known by their first position.</summary>
    public void Open(int position)
    {
        heads.Add(position);
        Begin(heads.Count - 1, position);
    }

    /// <summary>Puts a group of one in another one's place among <see cref="Heads"/>.</summary>
    public void Begin(int place, int position)
    {
        heads[place] = position;
        next[position] = -1;
        tail[position] = position;
    }

    public void Append(int head, int position)
    {
        next[tail[head]] = position;
        next[position] = -1;
        tail[head] = position;
    }

    /// <summary>Adds positions, in their order, to a group, or makes a new one of them.</summary>
    /// <param name="head">-1 for a new one.</param>
    /// <param name="positions">In no group so far.</param>
    public void Put(int head, IEnumerable<int> positions)
    {
        foreach (var position in positions)
        {
            if (head < 0)
                Open(head = position);
            else
                Append(head, position);
        }
    }

    /// <summary>Adds the second group to the first; it is gone with the next <see cref="Keep"/>.</summary>
    public void Absorb(int head, int other)
    {
        next[tail[head]] = other;
        tail[head] = tail[other];
    }

    /// <summary>First positions of all groups.</summary>
    public List<int> Heads => heads;

    /// <summary>The position after this one in its group; -1 at the end.</summary>
    public int Next(int position) => next[position];

    public void Keep(Predicate<int> head) => heads.RemoveAll(h => !head(h));
}
