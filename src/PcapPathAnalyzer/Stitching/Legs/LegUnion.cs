namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>
/// Which legs are one connection (a union-find structure), and which of them are turned against each other: the client of
/// one is the server of the other.
/// </summary>
internal sealed class LegUnion(int count)
{
    private int[] parent = [.. Enumerable.Range(0, count)];

    // Against the parent.
    private bool[] isTurned = new bool[count];

    /// <summary>Makes room for one leg more, which stands for itself.</summary>
    public void Add()
    {
        Array.Resize(ref parent, parent.Length + 1);
        Array.Resize(ref isTurned, parent.Length);
        parent[^1] = parent.Length - 1;
    }

    /// <summary>The same leg for all legs of a connection: the one with the lowest number.</summary>
    public int Root(int leg)
    {
        var (root, turned) = (leg, false);
        for (; parent[root] != root; root = parent[root])
            turned ^= isTurned[root];
        // The way is shortened: each leg on it hangs from the root.
        for (var i = leg; parent[i] != root && i != root;)
        {
            var next = parent[i];
            (parent[i], turned, isTurned[i]) = (root, turned ^ isTurned[i], turned);
            i = next;
        }

        return root;
    }

    public bool AreOne(int a, int b) => Root(a) == Root(b);

    /// <summary>Whether a leg is turned against its root.</summary>
    public bool IsTurned(int leg)
    {
        Root(leg);
        return isTurned[leg];
    }

    public void Unite(int a, int b, bool opposed = false)
    {
        var (x, y) = (Root(a), Root(b));
        if (x == y)
            return;
        var (under, over) = (Math.Max(x, y), Math.Min(x, y));
        isTurned[under] = opposed ^ IsTurned(a) ^ IsTurned(b);
        parent[under] = over;
    }
}
