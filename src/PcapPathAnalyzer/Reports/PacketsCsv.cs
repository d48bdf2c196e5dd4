using CsvHelper;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports;

/// <summary>A row per observation of a packet at a capture point, by packet and hop.</summary>
internal static class PacketsCsv
{
    public static readonly string[] Columns =
    [
        "packet_id", "flow_id", "direction", "hop", "namespace", "interface", "file", "frame", "time", "src", "src_port", "dst", "dst_port", "protocol", "ttl", "vni", "length", "retransmission",
    ];

    public static void Write(CsvWriter csv, AnalysisResult result)
    {
        var all = result.Flows.SelectMany(f => f.Forward.Transmissions.Concat(f.Reply.Transmissions).Select(t => (Flow: f, Transmission: t)));
        foreach (var (flow, transmission) in all.OrderBy(p => p.Transmission.Number))
        {
            for (var k = 0; k < transmission.Observations.Length; k++)
                Row(csv, result.Observations, flow, transmission, k);
        }
    }

    private static void Row(CsvWriter csv, ObservationStore store, Flow flow, Transmission transmission, int k)
    {
        ref var o = ref store[transmission.Observations[k]];
        var point = store.Points[o.Point];
        var tuple = store.Tuples[o.Tuple];
        var ports = tuple.Protocol.HasPorts();
        csv.WriteField(transmission.Number);
        csv.WriteField(flow.Id);
        csv.WriteField(transmission.IsReply ? "reply" : "forward");
        csv.WriteField(transmission.Hops[k]);
        csv.WriteText(point.Namespace);
        csv.WriteText(point.Interface);
        csv.WriteText(point.File);
        csv.WriteField(o.Frame);
        csv.WriteField(new Timestamp(o.Time));
        csv.WriteField(tuple.Source);
        csv.WriteField(ports ? tuple.SourcePort : (ushort?)null);
        csv.WriteField(tuple.Destination);
        csv.WriteField(ports ? tuple.DestinationPort : (ushort?)null);
        csv.WriteField(tuple.Protocol.Keyword());
        csv.WriteField(o.Ttl);
        csv.WriteField(o.Tunnel != 0 && store.Tunnels[o.Tunnel].Vni >= 0 ? store.Tunnels[o.Tunnel].Vni : (long?)null);
        csv.WriteField(o.Length);
        csv.WriteField(transmission.IsRetransmission ? "true" : "false");
        csv.EndRecord();
    }
}
