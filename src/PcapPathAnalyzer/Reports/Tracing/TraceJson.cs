using Newtonsoft.Json;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports.Tracing;

/// <summary>A trace for other programs.</summary>
internal static class TraceJson
{
    public static void Write(Trace trace, TextWriter writer)
    {
        using var json = new JsonTextWriter(writer) { Formatting = Formatting.Indented, CloseOutput = false };
        json.WriteStartObject();
        json.Member("schema", JsonReport.Schema);
        json.Member("flowId", trace.Flow.Id);
        json.Member("protocol", trace.Flow.Protocol.Keyword());
        json.Member("outcome", Outcomes.Name(trace.Flow.Outcome));
        if (trace.Packet is { } packet)
        {
            json.Object("packet", () =>
            {
                json.Member("packetId", packet.Number);
                json.Member("direction", packet.IsReply ? "reply" : "forward");
                json.Member("label", PacketLabel.Of(trace.Flow, packet));
                json.Member("retransmission", packet.IsRetransmission);
            });
        }

        json.List("steps", trace.Steps, Step);
        json.List("ends", trace.Ends, End);
        json.WriteEndObject();
        json.Flush();
        writer.WriteLine();
    }

    private static void Step(JsonTextWriter json, TraceStep s)
    {
        json.WriteStartObject();
        json.Member("direction", s.IsReply ? "reply" : "forward");
        json.Member("hop", s.Hop.Number);
        json.Member("namespace", s.Hop.Point.Namespace);
        json.Member("interface", s.Hop.Point.Interface);
        json.Member("file", s.Frame.File);
        json.Member("frame", s.Frame.Frame);
        json.Member("time", s.Time?.ToString());
        json.Member("correctedTime", s.Corrected?.ToString());
        json.Member("deltaNanoseconds", s.Delta);
        json.Member("deltaUncertaintyNanoseconds", s.Delta is null ? null : s.Uncertainty);
        if (s.IsTranslated)
            Tuple(json, "before", s.Before);
        Tuple(json, "packet", s.Hop.Tuple, s.Hop);
        json.List("actions", s.Hop.Actions, (j, a) =>
        {
            j.WriteStartObject();
            j.Member("action", a.Name);
            JsonReport.Citation(j, a.Citation);
            j.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private static void Tuple(JsonTextWriter json, string name, FiveTuple t, Hop? hop = null)
    {
        json.Object(name, () =>
        {
            json.Member("src", t.Source.ToString());
            json.Member("srcPort", t.Protocol.HasPorts() ? t.SourcePort : null);
            json.Member("dst", t.Destination.ToString());
            json.Member("dstPort", t.Protocol.HasPorts() ? t.DestinationPort : null);
            json.Member("ttl", hop?.Ttl);
            if (hop is not { IsTunnelled: true })
                return;
            json.Member("vni", hop.Tunnel.Vni < 0 ? null : hop.Tunnel.Vni);
            json.Member("outerSrc", hop.Tunnel.OuterSource.ToString());
            json.Member("outerDst", hop.Tunnel.OuterDestination.ToString());
        });
    }

    private static void End(JsonTextWriter json, TraceEnd end)
    {
        json.WriteStartObject();
        json.Member("verdict", end.Verdict);
        json.Member("message", end.Message);
        json.List("findings", end.Findings, JsonReport.FindingObject);
        json.WriteEndObject();
    }
}
