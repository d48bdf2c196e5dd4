using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports.Parquet;

/// <summary>
/// A hop with its flow and direction, what is said of its actions, and what its latency may be wrong by (nanoseconds); without
/// a hop, the flow's translation behind the last capture point.
/// </summary>
internal readonly record struct FlowHop(Flow Flow, Hop? Hop, bool IsReply, ActionText Action, long? Uncertainty)
{
    public int Number => Hop?.Number ?? Flow.Forward.Hops.Count + 1;

    public string Namespace => Hop?.Point.Namespace ?? Flow.Unseen!.Namespace;

    public FiveTuple Tuple => Hop?.Tuple ?? Flow.Unseen!.After;
}

/// <summary>The columns of <c>hops.csv</c>.</summary>
internal static class HopColumns
{
    public static IReadOnlyList<ParquetColumn<FlowHop>> Create() =>
    [
        new TextColumn<FlowHop>("flow_id", static (in FlowHop h) => h.Flow.Id),
        new TextColumn<FlowHop>("direction", static (in FlowHop h) => h.IsReply ? "reply" : "forward"),
        new ValueColumn<FlowHop, int>("hop", static (in FlowHop h) => h.Number),
        new TextColumn<FlowHop>("namespace", static (in FlowHop h) => h.Namespace),
        new TextColumn<FlowHop>("interface", static (in FlowHop h) => h.Hop?.Point.Interface),
        new TextColumn<FlowHop>("file", static (in FlowHop h) => h.Hop?.File),
        new ValueColumn<FlowHop, int>("packets", static (in FlowHop h) => h.Hop?.Packets ?? 0),
        new ValueColumn<FlowHop, long>("bytes", static (in FlowHop h) => h.Hop?.Bytes ?? 0),
        new TextColumn<FlowHop>("src", static (in FlowHop h) => h.Tuple.Source.ToString()),
        new ValueColumn<FlowHop, int>("src_port", static (in FlowHop h) => h.Tuple.Protocol.HasPorts() ? h.Tuple.SourcePort : null),
        new TextColumn<FlowHop>("dst", static (in FlowHop h) => h.Tuple.Destination.ToString()),
        new ValueColumn<FlowHop, int>("dst_port", static (in FlowHop h) => h.Tuple.Protocol.HasPorts() ? h.Tuple.DestinationPort : null),
        new ValueColumn<FlowHop, long>("vni", static (in FlowHop h) => h.Hop is { IsTunnelled: true, Tunnel.Vni: >= 0 } hop ? hop.Tunnel.Vni : null),
        new TextColumn<FlowHop>("outer_src", static (in FlowHop h) => h.Hop is { IsTunnelled: true } hop ? hop.Tunnel.OuterSource.ToString() : null),
        new TextColumn<FlowHop>("outer_dst", static (in FlowHop h) => h.Hop is { IsTunnelled: true } hop ? hop.Tunnel.OuterDestination.ToString() : null),
        new TextColumn<FlowHop>("action", static (in FlowHop h) => h.Action.Names),
        new TextColumn<FlowHop>("rule_file", static (in FlowHop h) => h.Action.Rule?.Location.File),
        new ValueColumn<FlowHop, int>("rule_line", static (in FlowHop h) => h.Action.Rule?.Location.Line),
        new TextColumn<FlowHop>("rule", static (in FlowHop h) => h.Action.Rule?.Text),
        new ValueColumn<FlowHop, int>("ttl", static (in FlowHop h) => h.Hop?.Ttl),
        new ValueColumn<FlowHop, long>("latency_ns", static (in FlowHop h) => h.Hop?.Latency),
        new ValueColumn<FlowHop, long>("first_frame", static (in FlowHop h) => h.Hop?.FirstFrame),
        new ValueColumn<FlowHop, long>("last_frame", static (in FlowHop h) => h.Hop?.LastFrame),
        new TextColumn<FlowHop>("last_file", static (in FlowHop h) => h.Hop?.LastFile),
        new ValueColumn<FlowHop, long>("latency_uncertainty_ns", static (in FlowHop h) => h.Hop?.Latency is null ? null : h.Uncertainty),
    ];
}
