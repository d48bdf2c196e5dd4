using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;

namespace PcapPathAnalyzer.Reports;

/// <summary>
/// The flows of <c>analysis.json</c>, one a line. There may be millions of hops: they are written as UTF-8, on all processors,
/// and what thousands of hops share is made once.
/// </summary>
internal sealed class JsonFlows(ClockTable clocks)
{
    /// <summary>Flows that one thread writes at a time: some 100 KiB.</summary>
    private const int Chunk = 64;

    internal static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ConcurrentDictionary<object, byte[]> actions = new(ReferenceEqualityComparer.Instance);

    // Used again: a new one for each chunk left gigabytes to collect.
    private readonly ConcurrentStack<ArrayBufferWriter<byte>> idle = [];
    private readonly ConcurrentStack<JsonHops> texts = [];

    /// <summary>Writes the members of the array, each on a line of its own.</summary>
    public static void Write(Stream stream, IReadOnlyList<Flow> flows, ClockTable clocks)
    {
        var writer = new JsonFlows(clocks);
        var starts = Enumerable.Range(0, (flows.Count + Chunk - 1) / Chunk).Select(c => c * Chunk);
        foreach (var lines in AheadInOrder.Run(starts, start => writer.Lines(flows, start)))
        {
            stream.Write(lines.WrittenSpan);
            lines.ResetWrittenCount();
            writer.idle.Push(lines);
        }
    }

    private ArrayBufferWriter<byte> Lines(IReadOnlyList<Flow> flows, int start)
    {
        if (!idle.TryPop(out var lines))
            lines = new ArrayBufferWriter<byte>(1 << 16);
        using var json = new Utf8JsonWriter(lines, Options);
        for (var i = start; i < Math.Min(start + Chunk, flows.Count); i++)
        {
            lines.Write(i == 0 ? "\n    "u8 : ",\n    "u8);
            json.Reset();
            FlowObject(json, flows[i]);
            json.Flush();
        }

        if (start + Chunk >= flows.Count)
            lines.Write("\n  "u8);
        return lines;
    }

    private void FlowObject(Utf8JsonWriter json, Flow f)
    {
        json.WriteStartObject();
        json.WriteString("flowId"u8, f.Id);
        json.WriteString("protocol"u8, f.Protocol.Keyword());
        Known(json, "clientNamespace"u8, f.ClientNamespace);
        Value(json, "client"u8, f.Requested.Source);
        json.WriteNumber("clientPort"u8, f.Requested.SourcePort);
        Value(json, "requested"u8, f.Requested.Destination);
        json.WriteNumber("requestedPort"u8, f.Requested.DestinationPort);
        Known(json, "serverNamespace"u8, f.ServerNamespace);
        if (f.Served is { } served)
        {
            Value(json, "server"u8, served.Destination);
            json.WriteNumber("serverPort"u8, served.DestinationPort);
            if (f.IsClientTranslated)
            {
                Value(json, "translatedClient"u8, served.Source);
                json.WriteNumber("translatedClientPort"u8, served.SourcePort);
            }
        }

        json.WriteString("outcome"u8, Outcomes.Name(f.Outcome));
        json.WriteBoolean("directionInferred"u8, f.IsDirectionInferred);
        json.WriteNumber("forwardPackets"u8, f.Forward.Packets);
        json.WriteNumber("replyPackets"u8, f.Reply.Packets);
        json.WriteNumber("retransmissions"u8, f.Retransmissions);
        Value(json, "firstTime"u8, f.FirstTime);
        Value(json, "lastTime"u8, f.LastTime);
        json.WriteStartArray("joins"u8);
        foreach (var join in f.Joins)
            json.WriteStringValue(join);
        json.WriteEndArray();
        Hops(json, "forward"u8, f.Forward);
        Hops(json, "reply"u8, f.Reply);
        if (f.Unseen is { } unseen)
            Unseen(json, unseen);
        json.WriteStartArray("icmpErrors"u8);
        foreach (var e in f.IcmpErrors)
            IcmpError(json, e);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Hops(Utf8JsonWriter json, ReadOnlySpan<byte> name, FlowDirection direction)
    {
        json.WritePropertyName(name);
        if (!texts.TryPop(out var text))
            text = new JsonHops(ActionsOf, clocks);
        json.WriteRawValue(text.Array(direction), skipInputValidation: true);
        texts.Push(text);
    }

    private void Unseen(Utf8JsonWriter json, UnseenTranslation unseen)
    {
        json.WriteStartObject("unseen"u8);
        json.WriteString("namespace"u8, unseen.Namespace);
        Value(json, "src"u8, unseen.After.Source);
        json.WriteNumber("srcPort"u8, unseen.After.SourcePort);
        Value(json, "dst"u8, unseen.After.Destination);
        json.WriteNumber("dstPort"u8, unseen.After.DestinationPort);
        json.WritePropertyName("actions"u8);
        json.WriteRawValue(ActionsOf(unseen.Actions), skipInputValidation: true);
        json.WriteEndObject();
    }

    private byte[] ActionsOf(IReadOnlyList<HopAction> list) => actions.TryGetValue(list, out var known) ? known : actions.GetOrAdd(list, Actions(list));

    private static byte[] Actions(IReadOnlyList<HopAction> list)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            json.WriteStartArray();
            foreach (var action in list)
            {
                json.WriteStartObject();
                json.WriteString("action"u8, action.Name);
                if (action.Citation is { } citation)
                {
                    Citation(json, citation);
                    json.WriteStartArray("chainPath"u8);
                    foreach (var jump in citation.Path)
                    {
                        json.WriteStartObject();
                        Citation(json, jump);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return text.WrittenSpan.ToArray();
    }

    private static void Citation(Utf8JsonWriter json, Citation citation)
    {
        json.WriteString("file"u8, citation.Location.File);
        json.WriteNumber("line"u8, citation.Location.Line);
        json.WriteString("rule"u8, citation.Text);
    }

    private static void IcmpError(Utf8JsonWriter json, IcmpErrorSeen e)
    {
        json.WriteStartObject();
        Value(json, "sender"u8, e.Sender);
        json.WriteNumber("type"u8, e.Type);
        json.WriteNumber("code"u8, e.Code);
        json.WriteString("file"u8, e.Point.File);
        json.WriteNumber("frame"u8, e.Frame);
        json.WriteEndObject();
    }

    private static void Known(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static void Value<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, T value)
        where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[64];
        value.TryFormat(text, out var written, default, null);
        json.WriteString(name, text[..written]);
    }
}
