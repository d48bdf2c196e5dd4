using System.IO.Compression;
using System.Text;
using Newtonsoft.Json;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports.Html.Map;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Reports.Html.Data;

/// <summary>What the page's script works on: JSON, in gzip, in base64, which is safe inside HTML whatever a bundle says.</summary>
internal static class PageData
{
    public static void Write(TextWriter writer, AnalysisResult result, ShownFlows shown, MapLayout map)
    {
        using var packed = new MemoryStream();
        using (var text = new StreamWriter(new GZipStream(packed, CompressionLevel.Optimal), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
            Json(text, result, shown, map);
        writer.Write(Convert.ToBase64String(packed.ToArray()));
    }

    private static void Json(TextWriter writer, AnalysisResult result, ShownFlows shown, MapLayout map)
    {
        var strings = new StringTable();
        using var json = new JsonTextWriter(writer) { CloseOutput = false };
        var chips = map.Model.Chips.SelectMany(c => c.Points.Select(p => (p.Index, Chip: c))).ToDictionary(x => x.Index, x => x.Chip);
        json.WriteStartObject();
        json.List("points", result.CapturePoints, (j, p) => Point(j, p, chips.GetValueOrDefault(p.Index)));
        var ways = new WayData(strings, result.Clocks);
        json.List("ways", shown.Ways, ways.Write);
        json.List("citations", ways.Citations, (j, c) =>
        {
            j.WriteStartArray();
            j.WriteValue(Printable.Text(c.Location.ToString()));
            j.WriteValue(Printable.Text(c.Text));
            j.WriteEndArray();
        });
        json.Object("flows", () => FlowColumns.Write(json, shown, strings));
        json.Object("ladders", () =>
        {
            foreach (var flow in shown.Detailed.OrderBy(f => f.Number))
                LadderData.Write(json, result, flow);
        });
        json.List("findings", result.Findings.Take(FindingsHtml.MaxFindings), Finding);
        json.List("strings", strings.Texts, (j, t) => j.WriteValue(t));
        json.Member("omitted", result.Flows.Count - shown.Listed.Count);
        json.WriteEndObject();
        json.Flush();
    }

    private static void Point(JsonTextWriter json, CapturePoint p, MapChip? chip)
    {
        json.WriteStartObject();
        json.Member("n", Printable.Text(p.Namespace));
        json.Member("i", Printable.Text(p.Interface));
        json.Member("f", Printable.Text(p.File));
        json.Member("x", chip is null ? null : (long)chip.X);
        json.Member("y", chip is null ? null : (long)chip.CenterY);
        json.Member("l", chip is null ? null : (long)chip.Node.Left);
        json.Member("r", chip is null ? null : (long)chip.Node.Right);
        json.Member("w", chip is null or { Wire: 0 } ? null : (long)chip.Wire);
        json.WriteEndObject();
    }

    private static void Finding(JsonTextWriter json, Finding f)
    {
        json.WriteStartObject();
        json.Member("c", Printable.Text(f.Code));
        json.Member("s", f.Severity.ToString().ToLowerInvariant());
        json.Member("m", Printable.Text(f.Message));
        json.List("f", f.Flows.Take(5000), (j, x) => j.WriteValue(x.Number));
        json.WriteEndObject();
    }
}
