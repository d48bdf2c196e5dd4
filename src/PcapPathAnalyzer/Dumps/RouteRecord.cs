using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

/// <summary>A route, as <c>ip route</c> prints it (ip-route(8)).</summary>
public sealed record RouteRecord : DumpRecord
{
    public override string Kind => "route";

    /// <summary><c>unicast</c>, <c>local</c>, <c>broadcast</c>, <c>anycast</c>, <c>multicast</c>, <c>blackhole</c>, <c>unreachable</c>, <c>prohibit</c>, <c>throw</c>, <c>nat</c>.</summary>
    public string Type { get; init; } = "unicast";

    public required IpPrefix Destination { get; init; }

    /// <summary><c>from PREFIX</c> of a source-specific IPv6 route.</summary>
    public IpPrefix? From { get; init; }

    /// <summary>Table name or number; <c>main</c> where the dump prints none.</summary>
    public string Table { get; init; } = "main";

    /// <summary>One per next hop, in the dump's order; empty for blackhole and its kind, and for a route by next hop id only.</summary>
    public IReadOnlyList<NextHop> NextHops { get; init; } = [];

    /// <summary><c>src</c>: the preferred source address.</summary>
    public IpAddress Source { get; init; }

    /// <summary><c>metric</c>; 0 where not printed (IPv6 prints 1024 by itself).</summary>
    public long Metric { get; init; }

    public string? Protocol { get; init; }

    public string? Scope { get; init; }

    /// <summary>Route MTU; 0 where none.</summary>
    public int Mtu { get; init; }

    public string? Encapsulation { get; init; }

    /// <summary><c>nhid</c>; 0 where none.</summary>
    public long NextHopId { get; init; }

    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}

/// <summary>One way a route can take.</summary>
public sealed record NextHop
{
    /// <summary><c>via</c>; none for a directly connected destination. May be IPv6 for an IPv4 route (<c>via inet6</c>).</summary>
    public IpAddress Gateway { get; init; }

    public string? Device { get; init; }

    public int Weight { get; init; } = 1;

    /// <summary>onlink, linkdown, dead, pervasive, offload, ...</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    public bool OnLink => Flags.Contains("onlink");
}
