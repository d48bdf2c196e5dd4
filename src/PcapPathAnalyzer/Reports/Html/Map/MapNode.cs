namespace PcapPathAnalyzer.Reports.Html.Map;

/// <summary>One node on the map, laid out with its upper left corner at 0, 0 until it is moved to its place.</summary>
internal sealed class MapNode
{
    private const double Title = 30;
    private const double RowGap = 34;
    private readonly string name;
    private readonly double maxWidth;
    private readonly List<MapNamespace> namespaces;
    private readonly List<MapBox> pods = [];

    /// <param name="maxWidth">Rows of pods and interfaces are broken there.</param>
    public MapNode(string name, List<MapNamespace> namespaces, double maxWidth)
    {
        this.name = name;
        this.maxWidth = maxWidth;
        this.namespaces = namespaces;
        var host = namespaces.Find(n => n.IsNode)?.Chips ?? [];
        var placed = new HashSet<MapChip>();
        var y = Title;
        foreach (var row in Wrap([.. namespaces.Where(n => !n.IsNode)], n => PodWidth(n)))
            y = Pods(row, host, placed, y);
        y = Row(Rest(host, placed, MapKind.Veth), y);
        y = Row(Rest(host, placed, MapKind.Bridge), y);
        y = Row([.. Rest(host, placed, MapKind.Tunnel), .. Rest(host, placed, MapKind.Other)], y);
        Height = y - RowGap + MapLayout.Gap;
        Width = Math.Max(Width, (name.Length * 8) + (2 * MapLayout.Gap));
    }

    public double Width { get; private set; }

    public double Height { get; }

    /// <summary>Moves everything and returns the node's boxes, the outer one first.</summary>
    public IEnumerable<MapBox> MoveTo(double x, double y)
    {
        foreach (var chip in namespaces.SelectMany(n => n.Chips))
        {
            chip.X += x;
            chip.Y += y;
            chip.Node = (x, x + Width);
        }

        yield return new MapBox(name, IsNode: true, x, y, Width, Height);
        foreach (var pod in pods)
            yield return pod with { X = pod.X + x, Y = pod.Y + y };
    }

    // Pods side by side, and under each the host's end of its cable.
    private double Pods(List<MapNamespace> row, List<MapChip> host, HashSet<MapChip> placed, double y)
    {
        var x = MapLayout.Gap;
        var below = false;
        foreach (var pod in row)
        {
            var inside = x + (MapLayout.Gap / 2);
            foreach (var chip in pod.Chips)
            {
                (chip.X, chip.Y) = (inside, y + Title);
                if (host.Find(h => h.Device is not null && h.Device == chip.Device?.Peer) is { } end && placed.Add(end))
                {
                    (end.X, end.Y) = (inside, y + Title + MapChip.Height + (MapLayout.Gap / 2) + RowGap);
                    below = true;
                }

                inside += MapChip.Width + MapLayout.ChipGap;
            }

            pods.Add(new MapBox(Short(pod), IsNode: false, x, y, PodWidth(pod), Title + MapChip.Height + (MapLayout.Gap / 2)));
            x += PodWidth(pod) + MapLayout.Gap;
        }

        Width = Math.Max(Width, x);
        return y + Title + MapChip.Height + (MapLayout.Gap / 2) + RowGap + (below ? MapChip.Height + RowGap : 0);
    }

    private double Row(List<MapChip> chips, double y)
    {
        foreach (var row in Wrap(chips, _ => MapChip.Width))
        {
            var x = MapLayout.Gap;
            foreach (var chip in row)
            {
                (chip.X, chip.Y) = (x, y);
                x += MapChip.Width + MapLayout.ChipGap;
            }

            Width = Math.Max(Width, x - MapLayout.ChipGap + MapLayout.Gap);
            y += MapChip.Height + RowGap;
        }

        return y;
    }

    private static List<MapChip> Rest(List<MapChip> host, HashSet<MapChip> placed, MapKind kind) => [.. host.Where(c => c.Kind == kind && placed.Add(c))];

    private string Short(MapNamespace pod) => pod.Name.StartsWith(name + "/", StringComparison.Ordinal) ? pod.Name[(name.Length + 1)..] : pod.Name;

    private double PodWidth(MapNamespace pod) => Math.Max((pod.Chips.Count * (MapChip.Width + MapLayout.ChipGap)) - MapLayout.ChipGap + MapLayout.Gap, Math.Min(200, Short(pod).Length * 7.5));

    private IEnumerable<List<T>> Wrap<T>(IReadOnlyList<T> items, Func<T, double> width)
    {
        var row = new List<T>();
        var used = 0.0;
        foreach (var item in items)
        {
            if (row.Count > 0 && used + width(item) > maxWidth)
            {
                yield return row;
                row = [];
                used = 0;
            }

            row.Add(item);
            used += width(item) + MapLayout.ChipGap;
        }

        if (row.Count > 0)
            yield return row;
    }
}
