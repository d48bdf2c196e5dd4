using Newtonsoft.Json;
using PcapPathAnalyzer.Checks;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Reports;

/// <summary>The remarks of <c>pcappath check</c> as SARIF, for editors and code scanning.</summary>
public static class CheckSarif
{
    private static readonly List<CheckCode> Codes = [.. DumpChecks.All.SelectMany(static c => c.Codes).OrderBy(static c => c.Name, StringComparer.Ordinal)];

    /// <param name="bundle">The bundle's name; places are relative to it.</param>
    public static void Write(string bundle, IReadOnlyList<DumpRemark> remarks, TextWriter writer) =>
        SarifLog.Write(writer, bundle, Codes.Select(static c => new SarifRule(c.Name, c.Meaning, c.Meaning, c.Severity)), remarks, Result);

    private static void Result(JsonTextWriter json, DumpRemark remark)
    {
        var problem = remark.Problem;
        json.WriteStartObject();
        json.Member("ruleId", problem.Code);
        // A reader's own code (unknown-ip-route) is the kind's, with the kind of dump in it.
        var rule = Codes.FindIndex(c => c.Name == problem.Code);
        json.Member("ruleIndex", rule < 0 ? null : rule);
        json.Member("level", SarifLog.Level(problem.Severity));
        json.Text("message", problem.Message);
        json.List("locations", [remark], (j, r) =>
        {
            j.WriteStartObject();
            j.Physical(r.Problem.Location, null);
            j.Namespace(r.Namespace);
            j.WriteEndObject();
        });
        json.List("relatedLocations", remark.Related.Select((place, n) => (place, n)), (j, related) =>
        {
            j.WriteStartObject();
            j.Member("id", related.n + 1);
            j.Physical(related.place, null);
            j.WriteEndObject();
        });
        json.Object("partialFingerprints", () => json.Member("pcappath/v1", SarifFingerprint.Of(problem.Code, remark.Namespace, problem.Location.File, problem.Message)));
        json.WriteEndObject();
    }
}
