using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Stitching.WholeFlows;

/// <summary>What is translated on the way.</summary>
internal enum Nat
{
    None,
    Destination,
    Source,
    Both,

    /// <summary>Both at each of the two nodes: a node port of the other node.</summary>
    Twice,
}

internal enum Tunnel
{
    None,
    Vxlan,
    Geneve,
    IpIp,
}

/// <summary>One situation that stitching must see through: connections, the way they take, and what was done to the captures.</summary>
internal sealed record Trial
{
    private static readonly Trial Plain = new();

    /// <summary>Of all that goes by chance in it.</summary>
    public int Seed { get; init; }

    public IpProtocol Protocol { get; init; } = IpProtocol.Tcp;

    public bool IsIpv6 { get; init; }

    public Nat Nat { get; init; }

    public Tunnel Tunnel { get; init; }

    public bool IsUnderlayIpv6 { get; init; }

    /// <summary>Connections at one time, each with a client port of its own.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>The server's pod redirects to a proxy of its own (REDIRECT), which asks the server over lo with the same bytes: another connection.</summary>
    public bool HasProxy { get; init; }

    /// <summary>The first client port is used again at once when its connection is over.</summary>
    public bool ReusesPort { get; init; }

    /// <summary>TCP timestamps (RFC 7323).</summary>
    public bool HasTimestamps { get; init; } = true;

    /// <summary>Requests and answers of each connection.</summary>
    public int Exchanges { get; init; } = 3;

    /// <summary>Segments of an answer that are under way at once.</summary>
    public int Burst { get; init; } = 1;

    /// <summary>Segments in a super-segment where segmentation offload is on; they come out of the node's NIC one by one.</summary>
    public int Offload { get; init; } = 1;

    /// <summary>Datagrams are sent many at once (UDP_SEGMENT in udp(7)).</summary>
    public bool HasDatagramOffload { get; init; }

    /// <summary>Segments that the receiving node merges (GRO), at most.</summary>
    public int Merged { get; init; } = 1;

    /// <summary>All datagrams of one side are equal, as heartbeats are, and questions that a resolver asks again.</summary>
    public bool SendsAlike { get; init; }

    /// <summary>Datagrams larger than a packet, in fragments.</summary>
    public bool HasFragments { get; init; }

    /// <summary>The tunnel's packets are larger than the network between the nodes carries.</summary>
    public bool HasOuterFragments { get; init; }

    /// <summary>Per mille of packets lost at some hop; TCP sends them again.</summary>
    public int Loss { get; init; }

    /// <summary>Per mille of packets that are overtaken between the nodes.</summary>
    public int Overtaken { get; init; }

    /// <summary>Nanoseconds that node-b's clock is ahead.</summary>
    public long Skew { get; init; }

    /// <summary>What node-b's clock gains, parts per million.</summary>
    public int DriftPpm { get; init; }

    /// <summary>Captured points, by their place on the way from client to server.</summary>
    public int Captured { get; init; } = Way.AllPoints;

    /// <summary>Bytes of each frame that are kept; 0 keeps all.</summary>
    public int SnapLength { get; init; }

    /// <summary>Each point has a snap length of its own, <see cref="SnapLength"/> or more.</summary>
    public bool SnapsDiffer { get; init; }

    /// <summary>Of tunnels' packets the nodes' NICs keep nothing of what is inside, and whole frames elsewhere.</summary>
    public bool HasCutTunnels { get; init; }

    /// <summary>Source ports that the tunnel has, where the kernel's hash gives several connections one; 0 where each has its own.</summary>
    public int TunnelPorts { get; init; }

    /// <summary>Per mille of frames that a capture misses.</summary>
    public int Gaps { get; init; }

    /// <summary>Per mille of frames that a capture has twice.</summary>
    public int Twice { get; init; }

    /// <summary>Per mille of frames that a capture has behind the next one, each with its own time.</summary>
    public int Disordered { get; init; }

    /// <summary>Every capture starts and ends at a time of its own.</summary>
    public bool HasWindows { get; init; }

    /// <summary>The nodes' interfaces are in one file each, as <c>tcpdump -i any</c> writes it.</summary>
    public bool IsAny { get; init; }

    /// <summary>Frames in a file, after which tcpdump begins another one (<c>-C</c>, <c>-W</c>, <c>-G</c>); 0 where it does not.</summary>
    public int Rotation { get; init; }

    /// <summary>The same with one trouble less each, for finding out which of them matters.</summary>
    public IEnumerable<Trial> Simpler()
    {
        IEnumerable<Trial> all =
        [
            this with { Connections = 1, ReusesPort = false }, this with { ReusesPort = false }, this with { HasProxy = false }, this with { Connections = Math.Min(2, Connections) },
            this with { Gaps = 0 }, this with { SendsAlike = false }, this with { Twice = 0 }, this with { Disordered = 0 }, this with { HasWindows = false }, this with { Loss = 0 }, this with { Overtaken = 0 },
            this with { SnapsDiffer = false }, this with { HasCutTunnels = false }, this with { TunnelPorts = 0 }, this with { SnapLength = 0, SnapsDiffer = false }, this with { IsAny = false }, this with { Rotation = 0 }, this with { Captured = Way.AllPoints },
            this with { Skew = 0, DriftPpm = 0 }, this with { DriftPpm = 0 }, this with { HasOuterFragments = false }, this with { HasFragments = false },
            this with { Merged = 1 }, this with { HasDatagramOffload = false }, this with { Offload = 1 }, this with { Burst = 1, Offload = 1, Merged = 1 }, this with { Exchanges = 1 },
            this with { Tunnel = Tunnel.None, HasOuterFragments = false, IsUnderlayIpv6 = false }, this with { Tunnel = Tunnel == Tunnel.None ? Tunnel : Tunnel.Vxlan }, this with { IsUnderlayIpv6 = false },
            this with { Nat = Nat.None }, this with { Nat = Nat == Nat.Twice ? Nat.Both : Nat }, this with { Nat = Nat == Nat.None ? Nat : Nat.Destination }, this with { IsIpv6 = false }, this with { HasTimestamps = true },
        ];
        return all.Where(t => t != this);
    }

    /// <summary>The trial that <see cref="ToString"/> tells.</summary>
    public static Trial Parse(string text)
    {
        var trial = new Trial();
        foreach (var (name, value) in text.Split(' ').Select(w => w.Split('=')).Select(w => (w[0], w[1])))
        {
            var property = typeof(Trial).GetProperty(name)!;
            property.SetValue(trial, System.ComponentModel.TypeDescriptor.GetConverter(property.PropertyType).ConvertFromInvariantString(value));
        }

        return trial;
    }

    /// <summary>What is not as usual.</summary>
    public override string ToString() =>
        string.Join(' ', typeof(Trial).GetProperties().Where(p => !Equals(p.GetValue(this), p.GetValue(Plain))).Select(p => $"{p.Name}={p.GetValue(this)}"));
}
