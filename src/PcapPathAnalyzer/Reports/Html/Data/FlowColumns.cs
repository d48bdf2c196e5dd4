using Newtonsoft.Json;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports.Html.Data;

/// <summary>The listed flows as columns of numbers; a column of equal numbers is one number.</summary>
internal static class FlowColumns
{
    public static void Write(JsonTextWriter json, ShownFlows shown, StringTable strings)
    {
        var flows = shown.Listed;
        var ways = new Dictionary<Flow, int>();
        for (var w = 0; w < shown.Ways.Count; w++)
        {
            foreach (var flow in shown.Ways[w])
                ways.Add(flow, w);
        }

        json.Member("count", flows.Count);
        json.Member("start", flows.Count == 0 ? null : flows[0].FirstTime.ToString());
        json.Member("first", flows.Count == 0 ? 0 : flows[0].Number);
        Column(json, "number", Deltas(flows, f => f.Number));
        Column(json, "way", flows.Select(f => (long)ways[f]));
        Column(json, "client", flows.Select(f => (long)strings.Add(f.Requested.Source.ToString())));
        Column(json, "clientPort", flows.Select(f => Port(f, f.Requested.SourcePort)));
        Column(json, "asked", flows.Select(f => (long)strings.Add(f.Requested.Destination.ToString())));
        Column(json, "askedPort", flows.Select(f => Port(f, f.Requested.DestinationPort)));
        Column(json, "server", flows.Select(f => (long)strings.Add(f.Served?.Destination.ToString())));
        Column(json, "serverPort", flows.Select(f => Port(f, f.Served?.DestinationPort)));
        Column(json, "as", flows.Select(f => (long)strings.Add(f.Served?.Source.ToString())));
        // Most flows keep their port: then it is not said again.
        Column(json, "asPort", flows.Select(f => f.Served?.SourcePort == f.Requested.SourcePort ? -2 : Port(f, f.Served?.SourcePort)));
        Column(json, "forward", flows.Select(f => (long)f.Forward.Packets));
        Column(json, "reply", flows.Select(f => (long)f.Reply.Packets));
        Column(json, "again", flows.Select(f => (long)f.Retransmissions));
        Column(json, "time", Deltas(flows, f => f.FirstTime.Nanoseconds / 1000));
        Column(json, "lasted", flows.Select(f => (f.LastTime - f.FirstTime) / 1000));
    }

    private static long Port(Flow flow, int? port) => flow.Protocol.HasPorts() && port is { } p ? p : -1;

    private static IEnumerable<long> Deltas(IReadOnlyList<Flow> flows, Func<Flow, long> value) =>
        flows.Select((f, i) => i == 0 ? 0 : value(f) - value(flows[i - 1]));

    private static void Column(JsonTextWriter json, string name, IEnumerable<long> values)
    {
        var all = values.ToList();
        json.WritePropertyName(name);
        if (all.Count > 0 && all.TrueForAll(v => v == all[0]))
        {
            json.WriteValue(all[0]);
            return;
        }

        json.WriteStartArray();
        foreach (var v in all)
            json.WriteValue(v);
        json.WriteEndArray();
    }
}
