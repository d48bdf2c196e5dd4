using Newtonsoft.Json;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports;

/// <summary><c>findings.sarif</c>: the findings for editors and code scanning (OASIS SARIF 2.1.0). Places are relative to the bundle.</summary>
public sealed class SarifReport : IReport
{
    private const string Base = "BUNDLE";

    public string Format => "sarif";

    public void Write(AnalysisResult result, string folder) =>
        OutputFile.Write(Path.Combine(folder, "findings.sarif"), writer => Write(result, writer));

    public static void Write(AnalysisResult result, TextWriter writer)
    {
        var codes = result.Findings.Select(f => f.Code).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(FindingCode.Of).ToList();
        using var json = new JsonTextWriter(writer) { Formatting = Formatting.Indented, CloseOutput = false };
        json.WriteStartObject();
        json.Member("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
        json.Member("version", "2.1.0");
        json.List("runs", [result], (j, r) => Run(j, r, codes));
        json.WriteEndObject();
        json.Flush();
        writer.WriteLine();
    }

    private static void Run(JsonTextWriter json, AnalysisResult result, List<FindingCode> codes)
    {
        json.WriteStartObject();
        json.Object("tool", () => json.Object("driver", () =>
        {
            json.Member("name", "pcappath");
            json.Member("version", ProductVersion.Text);
            json.List("rules", codes, Rule);
        }));
        json.Object("originalUriBaseIds", () => json.Object(Base, () => json.Text("description", $"The folder of the support bundle {Printable.Text(result.Bundle.Name)}")));
        json.Member("columnKind", "utf16CodeUnits");
        json.List("results", result.Findings, (j, f) => Result(j, f, codes.FindIndex(c => c.Code == f.Code)));
        json.WriteEndObject();
    }

    private static void Rule(JsonTextWriter json, FindingCode code)
    {
        json.WriteStartObject();
        json.Member("id", code.Code);
        json.Text("shortDescription", code.Title);
        json.Text("fullDescription", code.Meaning);
        json.WriteEndObject();
    }

    private static void Result(JsonTextWriter json, Finding f, int rule)
    {
        json.WriteStartObject();
        json.Member("ruleId", f.Code);
        json.Member("ruleIndex", rule);
        json.Member("level", Level(f.Severity));
        json.Text("message", f.Advice.Length == 0 ? f.Message : $"{f.Message}\n{f.Advice}");
        json.List("locations", [f], Place);
        json.List("relatedLocations", f.Evidence.Select((frame, n) => (frame, n)), (j, e) => Frame(j, e.frame, e.n + 1));
        if (f.Citation is { Path.Count: > 0 } citation)
            CodeFlow(json, citation);
        json.Object("partialFingerprints", () => json.Member("pcappath/v1", SarifFingerprint.Of(f)));
        json.Object("properties", () =>
        {
            json.Text("namespace", f.Namespace);
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
            Physical(json, l, f.Citation?.Text);
        else if (f.Evidence.Count > 0)
            Physical(json, new SourceLocation(f.Evidence[0].File, 0), null);
        if (f.Namespace.Length > 0)
        {
            json.List("logicalLocations", [f.Namespace], (j, name) =>
            {
                j.WriteStartObject();
                j.Member("fullyQualifiedName", Printable.Text(name));
                j.Member("kind", "namespace");
                j.WriteEndObject();
            });
        }

        json.WriteEndObject();
    }

    // SARIF regions know lines and bytes, not frames: the number stands in the message.
    private static void Frame(JsonTextWriter json, FrameLocation frame, int id)
    {
        json.WriteStartObject();
        json.Member("id", id);
        Physical(json, new SourceLocation(frame.File, 0), null);
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
                        Physical(s, step.Location, step.Text);
                        s.Text("message", step.Text);
                    });
                    s.WriteEndObject();
                });
                t.WriteEndObject();
            });
            j.WriteEndObject();
        });
    }

    private static void Physical(JsonTextWriter json, SourceLocation place, string? snippet)
    {
        json.Object("physicalLocation", () =>
        {
            json.Object("artifactLocation", () =>
            {
                json.Member("uri", BundleUri.Of(place.File));
                json.Member("uriBaseId", Base);
            });
            if (place.Line == 0)
                return;
            json.Object("region", () =>
            {
                json.Member("startLine", place.Line);
                json.Member("startColumn", place.Column == 0 ? null : place.Column);
                if (snippet is not null)
                    json.Text("snippet", snippet);
            });
        });
    }

    private static string Level(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "note",
    };

}
