using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>A place packets were seen at: an interface of a namespace, as one file shows it.</summary>
public sealed class CapturePoint
{
    private string? clock;
    private string? name;

    /// <summary>From 0 over all files; within its file while that is read.</summary>
    public required int Index { get; set; }

    public required string Namespace { get; init; }

    /// <summary>The interface's name; <c>any</c> or <c>?</c> where it could not be told.</summary>
    public required string Interface { get; init; }

    /// <summary>The file inside the bundle.</summary>
    public required string File { get; init; }

    /// <summary>Why the interface is believed to be this one.</summary>
    public required string Reason { get; init; }

    /// <summary>True where content or the file itself names the interface; false where only the file name does, or nothing.</summary>
    public bool IsCertain { get; init; }

    /// <summary>The interface in the dumps; null where the dumps do not know it.</summary>
    public NetworkInterface? Device { get; init; }

    public NetworkNamespace? Home { get; init; }

    public LinkType LinkType { get; init; }

    /// <summary>Snap length the file states; 0 for none.</summary>
    public int SnapLength { get; init; }

    /// <summary>Name of the node whose clock stamped the frames.</summary>
    public string Clock => clock ??= string.Intern(Home?.Node.Name ?? Namespace);

    public long Frames { get; internal set; }

    /// <summary>Frames with an IP packet.</summary>
    public long Packets { get; internal set; }

    public long Bytes { get; internal set; }

    /// <summary>When the frames came.</summary>
    public Activity Activity { get; } = new();

    public Timestamp FirstTime { get; internal set; }

    public Timestamp LastTime { get; internal set; }

    /// <summary>Frames the capture lost by its own account; -1 where it does not say.</summary>
    public long Dropped { get; internal set; } = -1;

    // By the file's own number of the tunnel, while the file is read.
    private readonly List<TunnelTraffic?> tunnels = [];

    /// <summary>Traffic of each tunnel that was seen here; nobody's flow.</summary>
    public IEnumerable<TunnelTraffic> Tunnels => tunnels.OfType<TunnelTraffic>();

    internal TunnelTraffic TunnelAt(int number, ObservationTables tables)
    {
        while (tunnels.Count <= number)
            tunnels.Add(null);
        return tunnels[number] ??= new TunnelTraffic(tables.Tunnels[number]);
    }

    /// <summary>Of a tunnel's packet that was cut it was found out whose it is.</summary>
    internal void NoteInferred(in TunnelKey tunnel)
    {
        foreach (var traffic in tunnels)
        {
            if (traffic?.Tunnel == tunnel)
                traffic.NoteInferred();
        }
    }

    /// <summary>A later fragment of which no capture has the first one went between the ends of a tunnel.</summary>
    internal void NoteLoneFragment(IpAddress source, IpAddress destination)
    {
        foreach (var traffic in tunnels)
        {
            if (traffic is null || traffic.Tunnel.OuterSource != source || traffic.Tunnel.OuterDestination != destination)
                continue;
            traffic.NoteLoneFragment();
            return;
        }
    }

    public override string ToString() => name ??= $"{Namespace}:{Interface}";
}
