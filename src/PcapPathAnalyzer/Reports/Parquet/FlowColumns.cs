using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports.Parquet;

/// <summary>The columns of <c>flows.csv</c>.</summary>
internal static class FlowColumns
{
    public static IReadOnlyList<ParquetColumn<Flow>> Create() =>
    [
        new TextColumn<Flow>("flow_id", static (in Flow f) => f.Id),
        new TextColumn<Flow>("protocol", static (in Flow f) => f.Protocol.Keyword()),
        new TextColumn<Flow>("client_namespace", static (in Flow f) => f.ClientNamespace),
        new TextColumn<Flow>("client", static (in Flow f) => f.Requested.Source.ToString()),
        new ValueColumn<Flow, int>("client_port", static (in Flow f) => Port(f, f.Requested.SourcePort)),
        new TextColumn<Flow>("requested", static (in Flow f) => f.Requested.Destination.ToString()),
        new ValueColumn<Flow, int>("requested_port", static (in Flow f) => Port(f, f.Requested.DestinationPort)),
        new TextColumn<Flow>("server_namespace", static (in Flow f) => f.ServerNamespace),
        new TextColumn<Flow>("server", static (in Flow f) => f.Served?.Destination.ToString()),
        new ValueColumn<Flow, int>("server_port", static (in Flow f) => Port(f, f.Served?.DestinationPort)),
        new TextColumn<Flow>("translated_client", static (in Flow f) => f.IsClientTranslated ? f.Served!.Value.Source.ToString() : null),
        new ValueColumn<Flow, int>("translated_client_port", static (in Flow f) => f.IsClientTranslated ? Port(f, f.Served!.Value.SourcePort) : null),
        new TextColumn<Flow>("outcome", static (in Flow f) => Outcomes.Name(f.Outcome)),
        new ValueColumn<Flow, int>("forward_packets", static (in Flow f) => f.Forward.Packets),
        new ValueColumn<Flow, int>("reply_packets", static (in Flow f) => f.Reply.Packets),
        new ValueColumn<Flow, int>("retransmissions", static (in Flow f) => f.Retransmissions),
        new TimeColumn<Flow>("first_time", static (in Flow f) => f.FirstTime),
        new TimeColumn<Flow>("last_time", static (in Flow f) => f.LastTime),
        new TextColumn<Flow>("path", static (in Flow f) => string.Join(" > ", f.Forward.Hops.Select(h => h.Point.ToString()))),
        new ValueColumn<Flow, bool>("direction_inferred", static (in Flow f) => f.IsDirectionInferred),
    ];

    private static int? Port(Flow flow, int? port) => flow.Protocol.HasPorts() ? port : null;
}
