using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Building;

namespace PcapPathAnalyzer.Reports.Parquet;

/// <summary>The columns of <c>packets.csv</c>, with the time to the nanosecond beside the timestamp.</summary>
internal static class PacketColumns
{
    public static IReadOnlyList<ParquetColumn<PacketSighting>> Create() =>
    [
        new ValueColumn<PacketSighting, long>("packet_id", static (in PacketSighting s) => s.PacketId),
        new TextColumn<PacketSighting>("flow_id", static (in PacketSighting s) => s.Flow.Id),
        new TextColumn<PacketSighting>("direction", static (in PacketSighting s) => s.IsReply ? "reply" : "forward"),
        new ValueColumn<PacketSighting, int>("hop", static (in PacketSighting s) => s.Hop),
        new TextColumn<PacketSighting>("namespace", static (in PacketSighting s) => s.Point.Namespace),
        new TextColumn<PacketSighting>("interface", static (in PacketSighting s) => s.Point.Interface),
        new TextColumn<PacketSighting>("file", static (in PacketSighting s) => s.Point.File),
        new ValueColumn<PacketSighting, long>("frame", static (in PacketSighting s) => s.Frame),
        new TimeColumn<PacketSighting>("time", static (in PacketSighting s) => s.Time),
        new ValueColumn<PacketSighting, long>("time_ns", static (in PacketSighting s) => s.Time.Nanoseconds),
        new TextColumn<PacketSighting>("src", static (in PacketSighting s) => s.Tuple.Source.ToString()),
        new ValueColumn<PacketSighting, int>("src_port", static (in PacketSighting s) => s.Tuple.Protocol.HasPorts() ? s.Tuple.SourcePort : null),
        new TextColumn<PacketSighting>("dst", static (in PacketSighting s) => s.Tuple.Destination.ToString()),
        new ValueColumn<PacketSighting, int>("dst_port", static (in PacketSighting s) => s.Tuple.Protocol.HasPorts() ? s.Tuple.DestinationPort : null),
        new TextColumn<PacketSighting>("protocol", static (in PacketSighting s) => s.Tuple.Protocol.Keyword()),
        new ValueColumn<PacketSighting, int>("ttl", static (in PacketSighting s) => s.Ttl == 0 ? null : s.Ttl),
        new ValueColumn<PacketSighting, long>("vni", static (in PacketSighting s) => s.Vni),
        new ValueColumn<PacketSighting, int>("length", static (in PacketSighting s) => s.Length),
        new ValueColumn<PacketSighting, bool>("retransmission", static (in PacketSighting s) => s.IsRetransmission),
    ];
}
