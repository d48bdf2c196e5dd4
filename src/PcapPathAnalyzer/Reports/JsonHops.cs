using System.Buffers;
using System.Globalization;
using System.Text.Json;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Reports;

/// <summary>
/// The hops of <c>analysis.json</c>, of which there may be millions. What many share (a capture point's names, the addresses of the hop before) is
/// escaped and formatted once and copied from then on: member by member, by a general writer, it took three times as long. One instance serves one thread.
/// </summary>
/// <param name="actions">Gives what happened before a hop, as JSON.</param>
/// <param name="clocks">Of the capture points.</param>
internal sealed class JsonHops(Func<IReadOnlyList<HopAction>, byte[]> actions, ClockTable clocks)
{
    private readonly ArrayBufferWriter<byte> text = new(1 << 12);

    // By capture point and by tunnel, members with a comma before each.
    private readonly Dictionary<CapturePoint, byte[]> points = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TunnelKey, byte[]> tunnels = [];
    private readonly ArrayBufferWriter<byte> tuple = new(256);
    private int tupleNumber = -1;
    private ObservationTables? tupleTables;

    /// <summary>The array of a direction's hops; good until the next call.</summary>
    public ReadOnlySpan<byte> Array(FlowDirection direction)
    {
        var hops = direction.Hops;
        text.ResetWrittenCount();
        text.Write("["u8);
        var records = hops.Records;
        for (var i = 0; i < records.Length; i++)
        {
            if (i > 0)
                text.Write(","u8);
            Hop(hops.Tables, records[i], i + 1, clocks.LatencyUncertainty(direction, i), actions(hops.ActionsAt(i)));
        }

        text.Write("]"u8);
        return text.WrittenSpan;
    }

    private void Hop(ObservationTables tables, in HopRecord hop, int number, long? uncertainty, byte[] before)
    {
        Number("{\"hop\":"u8, number);
        text.Write(PointOf(tables, hop.Point));
        Number(",\"packets\":"u8, hop.Packets);
        Number(",\"bytes\":"u8, hop.Bytes);
        Number(",\"ttl\":"u8, hop.Ttl);
        text.Write(TupleOf(tables, hop.Tuple));
        if (hop.Tunnel != 0)
            text.Write(TunnelOf(tables.Tunnels[hop.Tunnel]));
        if (hop.Latency != HopRecord.NoLatency)
            Latency(hop.Latency, uncertainty);
        Number(",\"firstFrame\":"u8, hop.FirstFrame);
        Number(",\"lastFrame\":"u8, hop.LastFrame);
        if (tables.Points[hop.LastPoint] is var last && last.File != tables.Points[hop.Point].File)
            Text(",\"lastFile\":"u8, last.File);
        text.Write(",\"actions\":"u8);
        text.Write(before);
        text.Write("}"u8);
    }

    // On one clock nothing is uncertain.
    private void Latency(long latency, long? uncertainty)
    {
        Number(",\"latencyNanoseconds\":"u8, latency);
        if (uncertainty is null)
            text.Write(",\"latencyUncertaintyNanoseconds\":null"u8);
        else if (uncertainty > 0)
            Number(",\"latencyUncertaintyNanoseconds\":"u8, uncertainty.Value);
    }

    private void Number(ReadOnlySpan<byte> name, long value)
    {
        text.Write(name);
        value.TryFormat(text.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        text.Advance(written);
    }

    private void Text(ReadOnlySpan<byte> name, string value)
    {
        text.Write(name);
        using var json = new Utf8JsonWriter(text, JsonFlows.Options);
        json.WriteStringValue(value);
    }

    // Parts of a rotated capture are one place, told as the first of them, and files of their own.
    private byte[] PointOf(ObservationTables tables, int number)
    {
        var point = tables.Points[number];
        if (!points.TryGetValue(point, out var known))
        {
            var place = tables.PointAt(number);
            points.Add(point, known = Members(json =>
            {
                json.WriteString("namespace"u8, place.Namespace);
                json.WriteString("interface"u8, place.Interface);
                json.WriteString("file"u8, point.File);
            }));
        }

        return known;
    }

    private byte[] TunnelOf(TunnelKey tunnel)
    {
        if (!tunnels.TryGetValue(tunnel, out var known))
        {
            tunnels.Add(tunnel, known = Members(json =>
            {
                if (tunnel.Vni >= 0)
                    json.WriteNumber("vni"u8, tunnel.Vni);
                json.WriteString("outerSrc"u8, tunnel.OuterSource.ToString());
                json.WriteString("outerDst"u8, tunnel.OuterDestination.ToString());
            }));
        }

        return known;
    }

    // Most hops have the tuple of the one before.
    private ReadOnlySpan<byte> TupleOf(ObservationTables tables, int number)
    {
        if (number == tupleNumber && tables == tupleTables)
            return tuple.WrittenSpan;
        (tupleNumber, tupleTables) = (number, tables);
        var value = tables.Tuples[number];
        tuple.ResetWrittenCount();
        Value(",\"src\":\""u8, value.Source);
        Value("\",\"srcPort\":"u8, value.SourcePort);
        Value(",\"dst\":\""u8, value.Destination);
        Value("\",\"dstPort\":"u8, value.DestinationPort);
        return tuple.WrittenSpan;
    }

    private void Value<T>(ReadOnlySpan<byte> name, T value)
        where T : IUtf8SpanFormattable
    {
        tuple.Write(name);
        value.TryFormat(tuple.GetSpan(64), out var written, default, CultureInfo.InvariantCulture);
        tuple.Advance(written);
    }

    // Members of an object as they stand in it behind others.
    private static byte[] Members(Action<Utf8JsonWriter> write)
    {
        var made = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(made, JsonFlows.Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        var inside = made.WrittenSpan[1..^1];
        return inside.IsEmpty ? [] : [(byte)',', .. inside];
    }
}
