using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology.Services;

/// <summary>A service as one namespace's rules know it.</summary>
public sealed record ServiceEntry
{
    public required NetworkNamespace Namespace { get; init; }

    public required IpProtocol Protocol { get; init; }

    /// <summary>The virtual IP; null for a node port, which is on every local address.</summary>
    public IpAddress? Address { get; init; }

    public required int Port { get; init; }

    public ServiceAddressKind Kind { get; init; }

    /// <summary>What the rule's comment calls it: <c>default/web:http</c>; null where it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The chain that the traffic is handed to; null where it is rejected on the spot, or where no chain decides (IPVS).</summary>
    public string? Chain { get; init; }

    /// <summary>The rule, the element of a map or set, or the virtual service of IPVS that catches the service's traffic.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>Where the rules translate it to; empty where it has no endpoints.</summary>
    public required IReadOnlyList<ServiceEndpoint> Endpoints { get; init; }

    /// <summary>The command whose output would tell the endpoints; null where they are known.</summary>
    public string? Missing { get; init; }

    /// <summary>True where only endpoints of the same node get its traffic (a traffic policy of Local): nodes then differ by design.</summary>
    public bool IsOfOneNode => Chain is { } c && (c.StartsWith("KUBE-SVL-", StringComparison.Ordinal) || c.StartsWith("KUBE-XLB-", StringComparison.Ordinal) || c.StartsWith("local-", StringComparison.Ordinal));
}

/// <summary>An endpoint, and the rule that translates to it.</summary>
public sealed record ServiceEndpoint(IpAddress Address, int Port, SourceLocation Location);

/// <summary>What a service is asked for by.</summary>
public enum ServiceAddressKind
{
    /// <summary>An address of which the rules do not say what it is for.</summary>
    Address,
    ClusterIp,
    ExternalIp,
    LoadBalancerIp,

    /// <summary>A port on every address of the node.</summary>
    NodePort,
}
