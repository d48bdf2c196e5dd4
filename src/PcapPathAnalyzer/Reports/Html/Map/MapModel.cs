using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Reports.Html.Map;

/// <summary>What an interface is, as far as its place on the map is concerned.</summary>
internal enum MapKind
{
    Other,
    Veth,
    Bridge,
    Tunnel,
}

/// <summary>An interface (or a capture point whose interface no dump knows) on the map.</summary>
internal sealed class MapChip
{
    public const double Width = 136;
    public const double Height = 42;

    public required string Name { get; init; }

    public required string Detail { get; init; }

    public MapKind Kind { get; init; }

    public NetworkInterface? Device { get; init; }

    public List<CapturePoint> Points { get; } = [];

    /// <summary>Left upper corner, in the map's units (pixels at zoom 1).</summary>
    public double X { get; set; }

    public double Y { get; set; }

    /// <summary>Height of the network between the nodes where this interface stands on it; 0 where it does not.</summary>
    public double Wire { get; set; }

    /// <summary>Left and right edge of its node's box: a way that passes by rows runs along them.</summary>
    public (double Left, double Right) Node { get; set; }

    public double CenterX => X + (Width / 2);

    public double CenterY => Y + (Height / 2);
}

/// <summary>A namespace and its interfaces.</summary>
internal sealed record MapNamespace(string Name, string Node)
{
    public List<MapChip> Chips { get; } = [];

    public bool IsNode => Name == Node;
}

/// <summary>What the map shows: all of a small network, and of a large one what was captured and what that hangs on.</summary>
internal sealed class MapModel
{
    private const int MaxChips = 140;

    private MapModel(List<MapNamespace> namespaces, int omitted)
    {
        Namespaces = namespaces;
        Omitted = omitted;
    }

    public IReadOnlyList<MapNamespace> Namespaces { get; }

    /// <summary>Interfaces that are not drawn.</summary>
    public int Omitted { get; }

    public IEnumerable<MapChip> Chips => Namespaces.SelectMany(n => n.Chips);

    public static MapModel Of(AnalysisResult result)
    {
        var byDevice = result.CapturePoints.Where(p => p.Device is not null).ToLookup(p => p.Device!);
        var all = result.Network.Namespaces.SelectMany(n => n.Interfaces).Where(i => !i.IsLoopback || byDevice.Contains(i)).ToList();
        var shown = all.Count <= MaxChips ? [.. all] : Essential(all, byDevice);
        var namespaces = new Dictionary<string, MapNamespace>(StringComparer.Ordinal);
        foreach (var i in all.Where(shown.Contains))
        {
            var chip = new MapChip { Name = i.Name, Detail = i.Addresses.Count > 0 ? i.Addresses[0].Address.Address.ToString() : "", Kind = Kind(i), Device = i };
            chip.Points.AddRange(byDevice[i]);
            Namespace(namespaces, i.Namespace.Name, i.Namespace.Node.Name).Chips.Add(chip);
        }

        foreach (var point in result.CapturePoints.Where(p => p.Device is null))
        {
            var home = Namespace(namespaces, point.Namespace, point.Home?.Node.Name ?? point.Namespace);
            var chip = home.Chips.Find(c => c.Device is null && c.Name == point.Interface);
            if (chip is null)
                home.Chips.Add(chip = new MapChip { Name = point.Interface, Detail = point.Interface == "any" ? "all interfaces" : "" });
            chip.Points.Add(point);
        }

        return new MapModel([.. namespaces.Values], all.Count - shown.Count);
    }

    private static HashSet<NetworkInterface> Essential(List<NetworkInterface> all, ILookup<NetworkInterface, CapturePoint> captured)
    {
        var kept = new HashSet<NetworkInterface>();
        foreach (var i in all.Where(captured.Contains).Take(MaxChips))
        {
            kept.Add(i);
            foreach (var joined in new[] { i.Peer, i.Master, i.Peer?.Master })
            {
                if (joined is not null)
                    kept.Add(joined);
            }
        }

        foreach (var i in all.Where(i => i.Namespace.IsNode && (i.IsVxlan || i.IsBridge || Kind(i) == MapKind.Other)).Take(Math.Max(0, MaxChips - kept.Count)))
            kept.Add(i);
        return kept;
    }

    private static MapNamespace Namespace(Dictionary<string, MapNamespace> map, string name, string node)
    {
        if (!map.TryGetValue(name, out var ns))
            map.Add(name, ns = new MapNamespace(name, node));
        return ns;
    }

    private static MapKind Kind(NetworkInterface i) =>
        i.IsBridge ? MapKind.Bridge
        : i.IsVxlan || i.Link.Tunnel is not null ? MapKind.Tunnel
        : i.Peer is not null || i.Master is not null ? MapKind.Veth
        : MapKind.Other;
}
