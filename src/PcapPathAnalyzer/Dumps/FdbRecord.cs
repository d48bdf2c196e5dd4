using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

/// <summary>A forwarding database entry of a bridge or a VXLAN device, as <c>bridge fdb</c> prints it (bridge(8)).</summary>
public sealed record FdbRecord : DumpRecord
{
    public override string Kind => "fdb";

    public required MacAddress Mac { get; init; }

    public required string Device { get; init; }

    /// <summary>The bridge this port entry belongs to; null for <c>self</c> entries.</summary>
    public string? Master { get; init; }

    /// <summary>VXLAN: address of the remote VTEP.</summary>
    public IpAddress Destination { get; init; }

    /// <summary>VXLAN: port that differs from the device's; 0 where none.</summary>
    public int Port { get; init; }

    /// <summary>VXLAN: VNI that differs from the device's; -1 where none.</summary>
    public int Vni { get; init; } = -1;

    /// <summary>-1 where none.</summary>
    public int Vlan { get; init; } = -1;

    /// <summary>self, master, permanent, static, extern_learn, offload, sticky, stale, router, ...</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];
}
