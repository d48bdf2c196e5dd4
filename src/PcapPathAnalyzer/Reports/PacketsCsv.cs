using CsvHelper;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Building;

namespace PcapPathAnalyzer.Reports;

/// <summary><c>packets.csv</c>: a row per observation of a packet at a capture point. Written while the analysis runs, since the packets of a large bundle are not kept.</summary>
public static class PacketsCsv
{
    public const string File = "packets.csv";

    private static readonly string[] Columns =
    [
        "packet_id", "flow_id", "direction", "hop", "namespace", "interface", "file", "frame", "time", "src", "src_port", "dst", "dst_port", "protocol", "ttl", "vni", "length", "retransmission",
    ];

    /// <summary>Runs an analysis and writes its packets into a folder that exists.</summary>
    /// <param name="folder">Where <c>packets.csv</c> goes.</param>
    /// <param name="analyze">The analysis, with the sink that takes its packets.</param>
    public static AnalysisResult Write(string folder, Func<PacketSink, AnalysisResult> analyze)
    {
        AnalysisResult? result = null;
        OutputFile.WriteBytes(Path.Combine(folder, File), stream =>
        {
            using var csv = CsvTable.Create(stream);
            csv.WriteHeader(Columns);
            // A flow's packets come together: its name is made once.
            var (flow, id) = ((Flow?)null, "");
            result = analyze((in PacketSighting s) =>
            {
                if (s.Flow != flow)
                    (flow, id) = (s.Flow, s.Flow.Id);
                Row(csv, s, id);
            });
        });
        return result!;
    }

    private static void Row(CsvWriter csv, in PacketSighting s, string flow)
    {
        var ports = s.Tuple.Protocol.HasPorts();
        csv.WriteField(s.PacketId);
        csv.WriteField(flow);
        csv.WriteField(s.IsReply ? "reply" : "forward");
        csv.WriteField(s.Hop);
        csv.WriteText(s.Point.Namespace);
        csv.WriteText(s.Point.Interface);
        csv.WriteText(s.Point.File);
        csv.WriteField(s.Frame);
        csv.WriteField(s.Time);
        csv.WriteField(s.Tuple.Source);
        csv.WritePort(s.Tuple.SourcePort, ports);
        csv.WriteField(s.Tuple.Destination);
        csv.WritePort(s.Tuple.DestinationPort, ports);
        csv.WriteField(s.Tuple.Protocol.Keyword());
        csv.WriteField(s.Ttl == 0 ? null : (long?)s.Ttl);
        csv.WriteField(s.Vni);
        csv.WriteField(s.Length);
        csv.WriteField(s.IsRetransmission ? "true" : "false");
        csv.EndRecord();
    }
}
