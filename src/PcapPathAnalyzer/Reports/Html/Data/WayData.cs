using Newtonsoft.Json;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;

namespace PcapPathAnalyzer.Reports.Html.Data;

/// <summary>Ways: for each hop where it is, which of the flow's addresses stand in the packet there, and what happened before.</summary>
internal sealed class WayData(StringTable strings, ClockTable clocks)
{
    private readonly Dictionary<Citation, int> numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<Citation> citations = [];

    public IReadOnlyList<Citation> Citations => citations;

    public void Write(JsonTextWriter json, IGrouping<string, Flow> way)
    {
        var flows = way.ToList();
        var first = flows[0];
        json.WriteStartObject();
        json.Member("outcome", Outcomes.Name(first.Outcome));
        json.Member("healthy", first.IsHealthy());
        json.Member("protocol", first.Protocol.Keyword());
        json.Member("count", flows.Count);
        json.Member("client", strings.Add(first.ClientNamespace));
        json.Member("server", strings.Add(first.ServerNamespace));
        json.List("forward", Enumerable.Range(0, first.Forward.Hops.Count), (j, i) => Hop(j, first, i, flows, isReply: false));
        json.List("reply", Enumerable.Range(0, first.Reply.Hops.Count), (j, i) => Hop(j, first, i, flows, isReply: true));
        json.List("joins", first.Joins.Take(8), (j, x) => j.WriteValue(Printable.Text(x)));
        json.WriteEndObject();
    }

    private void Hop(JsonTextWriter json, Flow flow, int index, List<Flow> flows, bool isReply)
    {
        var ways = flows.ConvertAll(f => isReply ? f.Reply : f.Forward);
        var hop = ways[0].Hops[index];
        var known = ways.Select(w => w.Hops[index].Latency).OfType<long>().Order().ToList();
        json.WriteStartObject();
        json.Member("p", hop.Point.Index);
        End(json, "s", flow, hop.Tuple, isSource: true, isReply ? Side.Server : Side.Client);
        End(json, "d", flow, hop.Tuple, isSource: false, isReply ? Side.Client : Side.Server);
        json.Member("ttl", hop.Ttl);
        if (hop.TunnelText() is { } tunnel)
            json.Member("in", strings.Add(tunnel));
        if (known.Count > 0)
        {
            json.Member("median", known[known.Count / 2]);
            json.Member("most", known[^1]);
            json.Member("wrong", ways.Max(w => clocks.LatencyUncertainty(w, index)));
        }

        json.List("a", hop.Actions, (j, a) =>
        {
            j.WriteStartArray();
            j.WriteValue(a.Name);
            foreach (var step in a.Citation is { } c ? c.Path.Append(c) : [])
                j.WriteValue(Number(step));
            j.WriteEndArray();
        });
        json.WriteEndObject();
    }

    // 0: as the client asked, 1: as the server saw it; otherwise the text itself.
    private static void End(JsonTextWriter json, string name, Flow flow, FiveTuple tuple, bool isSource, Side side)
    {
        var here = isSource ? (tuple.Source, tuple.SourcePort) : (tuple.Destination, tuple.DestinationPort);
        if (tuple.Protocol == flow.Protocol && At(flow.Requested, side) == here)
            json.Member(name, 0);
        else if (tuple.Protocol == flow.Protocol && flow.Served is { } served && At(served, side) == here)
            json.Member(name, 1);
        else
            json.Member(name, isSource ? FlowText.Source(tuple) : FlowText.Destination(tuple));
    }

    private static (IpAddress Address, ushort Port) At(FiveTuple tuple, Side side) =>
        side == Side.Client ? (tuple.Source, tuple.SourcePort) : (tuple.Destination, tuple.DestinationPort);

    private int Number(Citation citation)
    {
        if (numbers.TryGetValue(citation, out var number))
            return number;
        numbers.Add(citation, citations.Count);
        citations.Add(citation);
        return citations.Count - 1;
    }

    private enum Side
    {
        Client,
        Server,
    }
}
