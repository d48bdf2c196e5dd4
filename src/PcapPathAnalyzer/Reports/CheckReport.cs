using Newtonsoft.Json;
using PcapPathAnalyzer.Checks;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Reports;

/// <summary>The remarks of <c>pcappath check</c> as text and as JSON.</summary>
public static class CheckReport
{
    /// <summary>Grows by members without a new number; a changed meaning takes a new one.</summary>
    public const int Schema = 1;

    /// <summary>A line per remark, <c>file:line:col: severity code: message</c>, as problem matchers read it.</summary>
    public static void WriteText(IEnumerable<DumpRemark> remarks, TextWriter writer)
    {
        foreach (var remark in remarks)
        {
            var problem = remark.Problem with { Location = remark.Problem.Location with { File = ProblemsReport.File(remark.Problem.Location.File) } };
            writer.WriteLine(Printable.Text(problem.ToString()));
        }
    }

    /// <summary><c>{"schema", "bundle", "problems": [{"code", "severity", "namespace", "file", "line", "column", "message", "related"}…], "counts"}</c>.</summary>
    public static void WriteJson(string bundle, IReadOnlyList<DumpRemark> remarks, TextWriter writer)
    {
        using var json = new JsonTextWriter(writer) { Formatting = Formatting.Indented, CloseOutput = false };
        json.WriteStartObject();
        json.Member("schema", Schema);
        json.Member("bundle", bundle);
        json.List("problems", remarks, Remark);
        json.WritePropertyName("counts");
        json.WriteStartObject();
        foreach (var severity in Enum.GetValues<Severity>())
            json.Member(severity.ToString().ToLowerInvariant(), remarks.Count(r => r.Problem.Severity == severity));
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        writer.WriteLine();
    }

    private static void Remark(JsonTextWriter json, DumpRemark remark)
    {
        json.WriteStartObject();
        json.Member("code", remark.Problem.Code);
        json.Member("severity", remark.Problem.Severity.ToString().ToLowerInvariant());
        json.Member("namespace", remark.Namespace);
        Place(json, remark.Problem.Location);
        json.Member("message", remark.Problem.Message);
        json.List("related", remark.Related, (j, place) =>
        {
            j.WriteStartObject();
            Place(j, place);
            j.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private static void Place(JsonTextWriter json, SourceLocation place)
    {
        json.Member("file", place.File);
        json.Member("line", place.Line == 0 ? null : place.Line);
        json.Member("column", place.Column == 0 ? null : place.Column);
    }
}
