using CsvHelper;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports;

/// <summary><c>flows.csv</c>, <c>hops.csv</c> and <c>findings.csv</c>; an empty field means "not known".</summary>
public sealed class CsvReport : IReport
{
    public string Format => "csv";

    public IReadOnlyList<string> Files => ["flows.csv", "hops.csv", "findings.csv"];

    public void Write(AnalysisResult result, string folder)
    {
        WriteTable(folder, "flows.csv", FlowColumns, csv => Flows(csv, result));
        WriteTable(folder, "hops.csv", HopColumns, csv => Hops(csv, result));
        WriteTable(folder, "findings.csv", FindingColumns, csv => Findings(csv, result));
    }

    private static readonly string[] FlowColumns =
    [
        "flow_id", "protocol", "client_namespace", "client", "client_port", "requested", "requested_port", "server_namespace", "server", "server_port",
        "translated_client", "translated_client_port", "outcome", "forward_packets", "reply_packets", "retransmissions", "first_time", "last_time", "path", "direction_inferred",
    ];

    private static readonly string[] HopColumns =
    [
        "flow_id", "direction", "hop", "namespace", "interface", "file", "packets", "bytes", "src", "src_port", "dst", "dst_port", "vni", "outer_src", "outer_dst",
        "action", "rule_file", "rule_line", "rule", "snat_rule_file", "snat_rule_line", "snat_rule", "ttl", "latency_ns", "first_frame", "last_frame",
    ];

    private static readonly string[] FindingColumns = ["code", "severity", "flow_id", "namespace", "file", "line", "message", "flows", "confidence", "evidence", "advice"];

    private static void WriteTable(string folder, string name, string[] columns, Action<CsvWriter> rows) =>
        OutputFile.Write(Path.Combine(folder, name), writer =>
        {
            using var csv = CsvTable.Create(writer);
            csv.WriteHeader(columns);
            rows(csv);
        });

    private static void Flows(CsvWriter csv, AnalysisResult result)
    {
        foreach (var f in result.Flows)
        {
            var ports = f.Protocol.HasPorts();
            csv.WriteField(f.Id);
            csv.WriteField(f.Protocol.Keyword());
            csv.WriteText(f.ClientNamespace);
            csv.WriteField(f.Requested.Source.ToString());
            Port(csv, f.Requested.SourcePort, ports);
            csv.WriteField(f.Requested.Destination.ToString());
            Port(csv, f.Requested.DestinationPort, ports);
            csv.WriteText(f.ServerNamespace);
            csv.WriteField(f.Served?.Destination.ToString());
            Port(csv, f.Served?.DestinationPort, ports);
            csv.WriteField(f.IsClientTranslated ? f.Served!.Value.Source.ToString() : null);
            Port(csv, f.IsClientTranslated ? f.Served!.Value.SourcePort : null, ports);
            csv.WriteField(Outcomes.Name(f.Outcome));
            csv.WriteField(f.Forward.Packets);
            csv.WriteField(f.Reply.Packets);
            csv.WriteField(f.Retransmissions);
            csv.WriteField(f.FirstTime.ToString());
            csv.WriteField(f.LastTime.ToString());
            csv.WriteText(string.Join(" > ", f.Forward.Hops.Select(h => h.Point.ToString())));
            csv.WriteField(f.IsDirectionInferred ? "true" : "false");
            csv.EndRecord();
        }
    }

    private static void Hops(CsvWriter csv, AnalysisResult result)
    {
        foreach (var f in result.Flows)
        {
            foreach (var (direction, name) in new[] { (f.Forward, "forward"), (f.Reply, "reply") })
            {
                foreach (var hop in direction.Hops)
                    HopRow(csv, f, hop, name);
            }
        }
    }

    private static void HopRow(CsvWriter csv, Flow flow, Hop hop, string direction)
    {
        var ports = hop.Tuple.Protocol.HasPorts();
        csv.WriteField(flow.Id);
        csv.WriteField(direction);
        csv.WriteField(hop.Number);
        csv.WriteText(hop.Point.Namespace);
        csv.WriteText(hop.Point.Interface);
        csv.WriteText(hop.Point.File);
        csv.WriteField(hop.Packets);
        csv.WriteField(hop.Bytes);
        csv.WriteField(hop.Tuple.Source.ToString());
        Port(csv, hop.Tuple.SourcePort, ports);
        csv.WriteField(hop.Tuple.Destination.ToString());
        Port(csv, hop.Tuple.DestinationPort, ports);
        csv.WriteField(hop.IsTunnelled && hop.Tunnel.Vni >= 0 ? hop.Tunnel.Vni.ToString() : null);
        csv.WriteField(hop.IsTunnelled ? hop.Tunnel.OuterSource.ToString() : null);
        csv.WriteField(hop.IsTunnelled ? hop.Tunnel.OuterDestination.ToString() : null);
        csv.WriteText(string.Join('+', hop.Actions.Select(a => a.Name)));
        Cite(csv, hop.MainRule());
        Cite(csv, hop.SourceRule());
        csv.WriteField(hop.Ttl);
        csv.WriteField(hop.Latency);
        csv.WriteField(hop.FirstFrame);
        csv.WriteField(hop.LastFrame);
        csv.EndRecord();
    }

    private static void Cite(CsvWriter csv, Citation? citation)
    {
        csv.WriteText(citation?.Location.File);
        csv.WriteField(citation?.Location.Line);
        csv.WriteText(citation?.Text);
    }

    private static void Findings(CsvWriter csv, AnalysisResult result)
    {
        foreach (var f in result.Findings)
        {
            csv.WriteField(f.Code);
            csv.WriteField(f.Severity.ToString().ToLowerInvariant());
            csv.WriteField(f.Flows.Count > 0 ? f.Flows[0].Id : null);
            csv.WriteText(f.Namespace);
            csv.WriteText(f.Location?.File);
            csv.WriteField(f.Location is { Line: > 0 } l ? l.Line : (int?)null);
            csv.WriteText(f.Message);
            csv.WriteText(string.Join(' ', f.Flows.Select(x => x.Id)));
            csv.WriteField(f.Confidence);
            csv.WriteText(string.Join(' ', f.Evidence));
            csv.WriteText(f.Advice);
            csv.EndRecord();
        }
    }

    private static void Port(CsvWriter csv, int? port, bool hasPorts)
    {
        if (hasPorts && port is { } p)
            csv.WriteField(p);
        else
            csv.WriteField((string?)null);
    }
}
