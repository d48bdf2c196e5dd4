namespace PcapPathAnalyzer.Dumps;

/// <summary>VLANs that a bridge port takes part in (<c>bridge vlan</c>, bridge(8)).</summary>
public sealed record BridgeVlanRecord : DumpRecord
{
    public override string Kind => "bridge-vlan";

    /// <summary>The port, or the bridge itself.</summary>
    public required string Device { get; init; }

    public required int First { get; init; }

    /// <summary>Equal to <see cref="First"/> for one VLAN.</summary>
    public required int Last { get; init; }

    /// <summary>True where frames without a tag that come in belong to it.</summary>
    public bool IsPvid { get; init; }

    /// <summary>True where frames of it leave without a tag.</summary>
    public bool IsUntagged { get; init; }

    /// <summary>The first VNI that the VLANs are mapped to (<c>bridge vlan tunnelshow</c>); -1 where none is printed.</summary>
    public int TunnelId { get; init; } = -1;
}
