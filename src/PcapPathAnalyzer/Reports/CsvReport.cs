using CsvHelper;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Reports;

/// <summary><c>flows.csv</c>, <c>hops.csv</c> and <c>findings.csv</c>; an empty field means "not known".</summary>
public sealed class CsvReport : IReport
{
    public string Format => "csv";

    public IReadOnlyList<string> Files => ["flows.csv", "hops.csv", "findings.csv"];

    public void Write(AnalysisResult result, string folder)
    {
        var actions = new ActionTexts();
        CsvTable.Write(Path.Combine(folder, "flows.csv"), FlowColumns, result.Flows, FlowRow);
        CsvTable.Write(Path.Combine(folder, "hops.csv"), HopColumns, result.Flows, (csv, flow) => HopRows(csv, flow, result.Clocks, actions));
        CsvTable.Write(Path.Combine(folder, "findings.csv"), FindingColumns, result.Findings, FindingRow);
    }

    private static readonly string[] FlowColumns =
    [
        "flow_id", "protocol", "client_namespace", "client", "client_port", "requested", "requested_port", "server_namespace", "server", "server_port",
        "translated_client", "translated_client_port", "outcome", "forward_packets", "reply_packets", "retransmissions", "first_time", "last_time", "path", "direction_inferred",
    ];

    private static readonly string[] HopColumns =
    [
        "flow_id", "direction", "hop", "namespace", "interface", "file", "packets", "bytes", "src", "src_port", "dst", "dst_port", "vni", "outer_src", "outer_dst",
        "action", "rule_file", "rule_line", "rule", "snat_rule_file", "snat_rule_line", "snat_rule", "ttl", "latency_ns", "first_frame", "last_frame", "last_file", "latency_uncertainty_ns",
    ];

    private static readonly string[] FindingColumns = ["code", "severity", "flow_id", "namespace", "file", "line", "message", "flows", "confidence", "evidence", "advice"];

    private static void FlowRow(CsvWriter csv, Flow f)
    {
        var ports = f.Protocol.HasPorts();
        csv.WriteField(f.Id);
        csv.WriteField(f.Protocol.Keyword());
        csv.WriteText(f.ClientNamespace);
        csv.WriteField(f.Requested.Source);
        csv.WritePort(f.Requested.SourcePort, ports);
        csv.WriteField(f.Requested.Destination);
        csv.WritePort(f.Requested.DestinationPort, ports);
        csv.WriteText(f.ServerNamespace);
        csv.WriteField(f.Served?.Destination);
        csv.WritePort(f.Served?.DestinationPort, ports);
        csv.WriteField(f.IsClientTranslated ? f.Served?.Source : null);
        csv.WritePort(f.IsClientTranslated ? f.Served?.SourcePort : null, ports);
        csv.WriteField(Outcomes.Name(f.Outcome));
        csv.WriteField(f.Forward.Packets);
        csv.WriteField(f.Reply.Packets);
        csv.WriteField(f.Retransmissions);
        csv.WriteField(f.FirstTime);
        csv.WriteField(f.LastTime);
        csv.WriteText(Way(f.Forward.Hops));
        csv.WriteField(f.IsDirectionInferred ? "true" : "false");
        csv.EndRecord();
    }

    private static string Way(HopList hops)
    {
        var names = new string[hops.Count];
        for (var i = 0; i < names.Length; i++)
            names[i] = hops.PointAt(i).ToString();
        return string.Join(" > ", names);
    }

    private static void HopRows(CsvWriter csv, Flow flow, ClockTable clocks, ActionTexts actions)
    {
        var id = flow.Id;
        HopRows(csv, id, flow.Forward, clocks, "forward", actions);
        if (flow.Unseen is { } unseen)
            UnseenRow(csv, id, flow.Forward.Hops.Count + 1, unseen, actions.Of(unseen.Actions));
        HopRows(csv, id, flow.Reply, clocks, "reply", actions);
    }

    // From their records: an object per hop was half of what a large report leaves to collect.
    private static void HopRows(CsvWriter csv, string flow, FlowDirection way, ClockTable clocks, string direction, ActionTexts actions)
    {
        for (var i = 0; i < way.Hops.Count; i++)
            HopRow(csv, flow, way.Hops, i, direction, actions.Of(way.Hops.ActionsAt(i)), clocks.LatencyUncertainty(way, i));
    }

    private static void HopRow(CsvWriter csv, string flow, HopList hops, int index, string direction, ActionText action, long? uncertainty)
    {
        ref readonly var hop = ref hops.Records[index];
        var (tables, point) = (hops.Tables, hops.PointAt(index));
        var tuple = tables.Tuples[hop.Tuple];
        var ports = tuple.Protocol.HasPorts();
        csv.WriteField(flow);
        csv.WriteField(direction);
        csv.WriteField(index + 1);
        csv.WriteText(point.Namespace);
        csv.WriteText(point.Interface);
        csv.WriteText(tables.Points[hop.Point].File);
        csv.WriteField(hop.Packets);
        csv.WriteField(hop.Bytes);
        csv.WriteField(tuple.Source);
        csv.WritePort(tuple.SourcePort, ports);
        csv.WriteField(tuple.Destination);
        csv.WritePort(tuple.DestinationPort, ports);
        TunnelKey? tunnel = hop.Tunnel != 0 ? tables.Tunnels[hop.Tunnel] : null;
        csv.WriteField(tunnel?.Vni is >= 0 and var vni ? vni : null);
        csv.WriteField(tunnel?.OuterSource);
        csv.WriteField(tunnel?.OuterDestination);
        csv.WriteText(action.Names);
        Cite(csv, action.Rule);
        Cite(csv, action.SourceRule);
        csv.WriteField((int)hop.Ttl);
        csv.WriteField(hop.Latency == HopRecord.NoLatency ? null : (long?)hop.Latency);
        csv.WriteField(hop.FirstFrame);
        csv.WriteField(hop.LastFrame);
        csv.WriteText(tables.Points[hop.LastPoint].File);
        csv.WriteField(hop.Latency == HopRecord.NoLatency ? null : uncertainty);
        csv.EndRecord();
    }

    // No capture point: no interface, no file, no packets.
    private static void UnseenRow(CsvWriter csv, string flow, int number, UnseenTranslation unseen, ActionText action)
    {
        var ports = unseen.After.Protocol.HasPorts();
        csv.WriteField(flow);
        csv.WriteField("forward");
        csv.WriteField(number);
        csv.WriteText(unseen.Namespace);
        csv.WriteText(null);
        csv.WriteText(null);
        csv.WriteField(0);
        csv.WriteField(0);
        csv.WriteField(unseen.After.Source);
        csv.WritePort(unseen.After.SourcePort, ports);
        csv.WriteField(unseen.After.Destination);
        csv.WritePort(unseen.After.DestinationPort, ports);
        for (var tunnel = 0; tunnel < 3; tunnel++)
            csv.WriteText(null);
        csv.WriteText(action.Names);
        Cite(csv, action.Rule);
        Cite(csv, action.SourceRule);
        for (var seen = 0; seen < 6; seen++)
            csv.WriteText(null);
        csv.EndRecord();
    }

    private static void Cite(CsvWriter csv, Citation? citation)
    {
        csv.WriteText(citation?.Location.File);
        csv.WriteField(citation?.Location.Line);
        csv.WriteText(citation?.Text);
    }

    private static void FindingRow(CsvWriter csv, Finding f)
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
