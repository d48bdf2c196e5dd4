namespace PcapPathAnalyzer.Reports.Html.Map;

/// <summary>A box around a node or a namespace.</summary>
internal sealed record MapBox(string Label, bool IsNode, double X, double Y, double Width, double Height);

/// <summary>
/// Gives everything on the map its place: a box per node, side by side; inside it from top to bottom its pods, the host's ends of
/// their cables, bridges, tunnels and outer interfaces; under each row of nodes the network between them.
/// </summary>
internal sealed class MapLayout
{
    public const double Gap = 16;

    /// <summary>Between interfaces of one row: the numbers of a way stand on their edges, and must not touch.</summary>
    public const double ChipGap = 34;

    private const double MaxRow = 1380;
    private const double NodesWidth = 1240;
    private const int MaxNodesInRow = 3;

    // Room beside the nodes for ways from one row to another.
    private const double Gutter = 20;
    private readonly List<MapBox> boxes = [];
    private readonly List<(double Y, double From, double To)> wires = [];

    private MapLayout(MapModel model) => Model = model;

    public MapModel Model { get; }

    public IReadOnlyList<MapBox> Boxes => boxes;

    /// <summary>The network between nodes: a line under each row of them.</summary>
    public IReadOnlyList<(double Y, double From, double To)> Wires => wires;

    public double Width { get; private set; }

    public double Height { get; private set; }

    public static MapLayout Of(MapModel model)
    {
        var layout = new MapLayout(model);
        var byNode = model.Namespaces.GroupBy(n => n.Node, StringComparer.Ordinal).ToList();
        var maxWidth = (NodesWidth / Math.Clamp(byNode.Count(static g => g.Count() > 1), 2, MaxNodesInRow)) - (3 * Gap);
        var rows = Rows([.. byNode.Select(g => new MapNode(g.Key, [.. g], maxWidth))]).ToList();
        var y = Gap;
        foreach (var row in rows)
            y = layout.Place(row, rows.Count > 1 ? Gap + Gutter : Gap, y);
        if (byNode.Count < 2)
            layout.wires.Clear();
        foreach (var (wire, _, _) in layout.wires)
        {
            foreach (var chip in model.Namespaces.Where(n => n.IsNode).SelectMany(n => n.Chips).Where(c => c.Kind == MapKind.Other && c.Wire == 0 && c.Y < wire))
                chip.Wire = wire;
        }

        layout.Width += Gap;
        layout.Height = y;
        return layout;
    }

    private double Place(List<MapNode> row, double x, double y)
    {
        var height = row.Max(n => n.Height);
        foreach (var node in row)
        {
            // Bottoms in one line: the outer interfaces stand next to the wire.
            boxes.AddRange(node.MoveTo(x, y + height - node.Height));
            x += node.Width + (2 * Gap);
        }

        Width = Math.Max(Width, x - (2 * Gap));
        wires.Add((y + height + (2.5 * Gap), Gap, x - (2 * Gap)));
        return y + height + (5 * Gap);
    }

    private static IEnumerable<List<MapNode>> Rows(List<MapNode> nodes)
    {
        var row = new List<MapNode>();
        var width = 0.0;
        foreach (var node in nodes)
        {
            if (row.Count > 0 && width + node.Width > MaxRow)
            {
                yield return row;
                row = [];
                width = 0;
            }

            row.Add(node);
            width += node.Width + (2 * Gap);
        }

        if (row.Count > 0)
            yield return row;
    }
}
