namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>
/// Connections that choose each other and cannot choose among several: one that was translated twice has the same packets
/// under three tuples, each as good a partner as the other. They are one where every two of a circle may be one; two
/// connections whose packets look alike never are, since both pass the same places.
/// </summary>
internal sealed class AlikeCircles
{
    /// <summary>Legs of one connection: more translations than there are nodes on any way.</summary>
    private const int Largest = 8;

    private readonly Dictionary<int, List<int>> circleOf = [];
    private readonly HashSet<(int A, int B)> possible = [];

    /// <param name="chosen">Those that are the best for each other.</param>
    /// <param name="all">Those that may be one at all.</param>
    public AlikeCircles(List<(int A, int B)> chosen, List<(int A, int B)> all)
    {
        foreach (var (a, b) in all)
            possible.Add(a < b ? (a, b) : (b, a));
        foreach (var (a, b) in chosen)
            Unite(CircleOf(a), CircleOf(b));
    }

    /// <summary>Whether every two in the circle of a connection may be one.</summary>
    public bool IsWhole(int connection)
    {
        var circle = CircleOf(connection);
        if (circle.Count > Largest)
            return false;
        for (var i = 0; i < circle.Count; i++)
        {
            for (var j = i + 1; j < circle.Count; j++)
            {
                var (a, b) = (circle[i], circle[j]);
                if (!possible.Contains(a < b ? (a, b) : (b, a)))
                    return false;
            }
        }

        return true;
    }

    private List<int> CircleOf(int connection)
    {
        if (!circleOf.TryGetValue(connection, out var circle))
            circleOf.Add(connection, circle = [connection]);
        return circle;
    }

    // The smaller one's members move.
    private void Unite(List<int> x, List<int> y)
    {
        if (ReferenceEquals(x, y))
            return;
        var (from, to) = x.Count < y.Count ? (x, y) : (y, x);
        to.AddRange(from);
        foreach (var member in from)
            circleOf[member] = to;
    }
}
