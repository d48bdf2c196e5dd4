namespace PcapPathAnalyzer.Dumps;

/// <summary>A CNI network configuration (CNI specification, "Network configuration format").</summary>
public sealed record CniRecord : DumpRecord
{
    public override string Kind => "cni";

    public string? Name { get; init; }

    public string? Version { get; init; }

    /// <summary>In the order they are called.</summary>
    public required IReadOnlyList<CniPlugin> Plugins { get; init; }
}

/// <summary>One plugin of a chain.</summary>
public sealed record CniPlugin
{
    /// <summary>bridge, flannel, calico, portmap, ...</summary>
    public required string Type { get; init; }

    public string? Bridge { get; init; }

    /// <summary>0 where not set.</summary>
    public int Mtu { get; init; }

    public bool Hairpin { get; init; }

    public bool IpMasquerade { get; init; }

    /// <summary>The IPAM plugin's type.</summary>
    public string? Ipam { get; init; }

    /// <summary>Subnets the IPAM plugin is told to give addresses from.</summary>
    public IReadOnlyList<string> Subnets { get; init; } = [];
}
