using Newtonsoft.Json;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports;

/// <summary><c>findings.sarif</c>: the findings for editors and code scanning (OASIS SARIF 2.1.0). Places are relative to the bundle.</summary>
public sealed class SarifReport : IReport
{
    public string Format => "sarif";

    public IReadOnlyList<string> Files => ["findings.sarif"];

    public void Write(AnalysisResult result, string folder) =>
        OutputFile.Write(Path.Combine(folder, "findings.sarif"), writer => Write(result, writer));

    public static void Write(AnalysisResult result, TextWriter writer)
    {
        var codes = result.Findings.Select(f => f.Code).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(FindingCode.Of).ToList();
        SarifLog.Write(writer, result.Bundle.Name, codes.Select(static c => new SarifRule(c.Code, c.Title, $"{c.Meaning} {c.Explanation}", c.Severity) { Help = c.CheckNext, HelpUri = c.Reference }), result.Findings, (json, f) => Result(json, f, codes.FindIndex(c => c.Code == f.Code)));
    }

    private static void Result(JsonTextWriter json, Finding f, int rule)
    {
        json.WriteStartObject();
        json.Member("ruleId", f.Code);
        json.Member("ruleIndex", rule);
        json.Member("level", SarifLog.Level(f.Severity));
        json.Text("message", f.Advice.Length == 0 ? f.Message : $"{f.Message}\n{f.Advice}");
        json.List("locations", [f], Place);
        json.List("relatedLocations", f.Evidence.Select((frame, n) => (frame, n)), (j, e) => Frame(j, e.frame, e.n + 1));
        if (f.Citation is { Path.Count: > 0 } citation)
            CodeFlow(json, citation);
        json.Object("partialFingerprints", () => json.Member("pcappath/v1", SarifFingerprint.Of(f)));
        json.Object("properties", () =>
        {
            json.Member("namespace", Printable.Text(f.Namespace));
            json.Member("confidence", f.Confidence);
            json.List("flows", f.Flows, (j, x) => j.WriteValue(x.Id));
        });
        json.WriteEndObject();
    }

    // Where no dump line is the cause, the first frame's file stands for it: viewers want a file.
    private static void Place(JsonTextWriter json, Finding f)
    {
        json.WriteStartObject();
        if (f.Location is { } l)
            json.Physical(l, f.Citation?.Text);
        else if (f.Evidence.Count > 0)
            json.Physical(new SourceLocation(f.Evidence[0].File, 0), null);
        json.Namespace(f.Namespace);
        json.WriteEndObject();
    }

    // SARIF regions know lines and bytes, not frames: the number stands in the message.
    private static void Frame(JsonTextWriter json, FrameLocation frame, int id)
    {
        json.WriteStartObject();
        json.Member("id", id);
        json.Physical(new SourceLocation(frame.File, 0), null);
        json.Text("message", $"frame {frame.Frame} of {frame.File}");
        json.Object("properties", () => json.Member("frame", frame.Frame));
        json.WriteEndObject();
    }

    // The jumps that led to the rule, in the kernel's order.
    private static void CodeFlow(JsonTextWriter json, Citation citation)
    {
        json.List("codeFlows", [citation], (j, c) =>
        {
            j.WriteStartObject();
            j.List("threadFlows", [c], (t, x) =>
            {
                t.WriteStartObject();
                t.List("locations", x.Path.Append(x), (s, step) =>
                {
                    s.WriteStartObject();
                    s.Object("location", () =>
                    {
                        s.Physical(step.Location, step.Text);
                        s.Text("message", step.Text);
                    });
                    s.WriteEndObject();
                });
                t.WriteEndObject();
            });
            j.WriteEndObject();
        });
    }
}
