using Newtonsoft.Json;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Reports;

/// <summary>A walk as JSON, schema 1: every member is always there, null where it is not known.</summary>
public static class ExplainJson
{
    public const int Schema = 1;

    public static void Write(TextWriter output, string from, string to, WalkResult result)
    {
        using var json = new JsonTextWriter(output) { Formatting = Formatting.Indented, CloseOutput = false };
        json.WriteStartObject();
        json.Member("schema", Schema);
        json.Member("from", from);
        json.Member("to", to);
        json.List("paths", result.Paths, WritePath);
        json.Member("cut", result.IsCut);
        json.WriteEndObject();
        json.Flush();
    }

    private static void WritePath(JsonTextWriter json, WalkPath path)
    {
        json.WriteStartObject();
        json.WritePropertyName("probability");
        json.WriteValue(path.Probability);
        Text(json, "condition", path.Conditions.Count == 0 ? null : string.Join("; ", path.Conditions));
        json.Member("verdict", path.Verdict.Name());
        json.Member("reason", path.Reason);
        json.List("steps", path.Steps, WriteStep);
        Text(json, "answer", path.Answer);
        Text(json, "reply_verdict", path.ReplyVerdict?.Name());
        Text(json, "reply_reason", path.ReplyReason);
        json.List("reply", path.Reply, WriteStep);
        json.WriteEndObject();
    }

    private static void WriteStep(JsonTextWriter json, PathStep step)
    {
        json.WriteStartObject();
        json.Member("namespace", step.Namespace);
        json.Member("kind", step.Kind.Name());
        Text(json, "interface", step.Interface);
        Text(json, "hook", step.Hook);
        Text(json, "table", step.Table);
        Text(json, "chain", step.Chain);
        Text(json, "file", step.Location?.File);
        json.WritePropertyName("line");
        json.WriteValue(step.Location?.Line);
        json.Member("text", step.Text);
        if (step.Element is { } element)
        {
            json.WritePropertyName("element");
            json.WriteStartObject();
            json.Member("file", element.Location.File);
            json.Member("line", element.Location.Line);
            json.Member("text", element.Text);
            json.WriteEndObject();
        }

        json.WritePropertyName("packet");
        WritePacket(json, step.Packet);
        json.WriteEndObject();
    }

    private static void WritePacket(JsonTextWriter json, PacketState packet)
    {
        json.WriteStartObject();
        Text(json, "src", packet.Tuple.Source.IsNone ? null : packet.Tuple.Source.ToString());
        Port(json, "src_port", packet, packet.Tuple.SourcePort);
        Text(json, "dst", packet.Tuple.Destination.ToString());
        Port(json, "dst_port", packet, packet.Tuple.DestinationPort);
        json.Member("protocol", packet.Tuple.Protocol.Keyword());
        json.WritePropertyName("ttl");
        json.WriteValue(packet.Ttl < 0 ? null : (int?)packet.Ttl);
        json.Member("mark", packet.Mark);
        // Where a port is not known: within which bounds it is.
        if (packet.SourcePorts is { } sources)
            json.Member("src_ports", sources.ToString());
        if (packet.DestinationPorts is { } destinations)
            json.Member("dst_ports", destinations.ToString());
        json.WriteEndObject();
    }

    private static void Port(JsonTextWriter json, string name, PacketState packet, ushort port)
    {
        json.WritePropertyName(name);
        json.WriteValue(packet.Tuple.Protocol.HasPorts() && port != 0 ? (int?)port : null);
    }

    private static void Text(JsonTextWriter json, string name, string? value)
    {
        json.WritePropertyName(name);
        json.WriteValue(value);
    }
}
