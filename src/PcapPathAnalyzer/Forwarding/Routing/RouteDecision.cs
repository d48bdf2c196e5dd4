using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Forwarding.Routing;

public enum RouteKind
{
    Unicast,
    Local,
    Broadcast,
    Multicast,
    Blackhole,
    Unreachable,
    Prohibit,

    /// <summary>No rule and no table has a route.</summary>
    None,

    /// <summary>The dumps do not tell.</summary>
    Unknown,
}

/// <summary>What routing decides for a packet, and the lines that say so.</summary>
public sealed record RouteDecision(RouteKind Kind)
{
    /// <summary>Null for a local address, or where nothing matched.</summary>
    public RouteRecord? Route { get; init; }

    /// <summary>The next hop chosen of <see cref="Route"/>.</summary>
    public NextHop? NextHop { get; init; }

    /// <summary>The local address, where that decided.</summary>
    public AddressRecord? Local { get; init; }

    /// <summary>The policy rule that led there; null where rules were not dumped.</summary>
    public PolicyRuleRecord? Rule { get; init; }

    /// <summary>1, the next hop's share of a multipath route, or null where it cannot be known.</summary>
    public double? Probability { get; init; } = 1;

    /// <summary>What must hold for this decision; null where nothing is open.</summary>
    public string? Condition { get; init; }

    /// <summary>For <see cref="RouteKind.Unknown"/>: what input would settle it.</summary>
    public string? Missing { get; init; }

    public string? Device => NextHop?.Device;

    /// <summary>True where it is by that device, or would be for another flow (fib_info_nh_uses_dev, net/ipv4/fib_frontend.c).</summary>
    public bool Uses(string device) => Device == device || Route?.NextHops.Any(h => h.Device == device) == true;

    /// <summary>The device a packet is handed to: lo for a local address, whichever device has it.</summary>
    public string? OutputDevice => Kind == RouteKind.Local ? "lo" : Device;

    public SourceLocation? Location => Route?.Location ?? Local?.Location ?? Rule?.Location;
}
