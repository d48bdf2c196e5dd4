using Newtonsoft.Json;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Batches;

/// <summary><c>summary.json</c>: causes over all bundles, their trend, and every bundle's record.</summary>
internal static class SummaryJson
{
    private const int Schema = 1;

    public static void Write(BatchSummary summary, string path) => OutputFile.Write(path, writer =>
    {
        using var json = new JsonTextWriter(writer) { Formatting = Formatting.Indented, CloseOutput = false };
        json.WriteStartObject();
        json.Member("schema", Schema);
        json.List("causes", summary.Causes, static (j, c) =>
        {
            j.WriteStartObject();
            j.Member("code", c.Code.Code);
            j.Member("severity", c.Severity.ToString().ToLowerInvariant());
            j.Member("title", c.Code.Title);
            j.Member("findings", c.Findings);
            j.Member("flows", c.Flows);
            j.List("bundles", c.Bundles, static (k, name) => k.WriteValue(name));
            j.WriteEndObject();
        });
        json.List("periods", summary.Periods, static (j, p) =>
        {
            j.WriteStartObject();
            j.Member("period", p.Name);
            j.Member("bundles", p.Bundles);
            j.Object("causes", () =>
            {
                foreach (var (code, bundles) in p.Causes.OrderBy(c => c.Key, StringComparer.Ordinal))
                    j.Member(code, bundles);
            });
            j.WriteEndObject();
        });
        json.List("bundles", summary.Bundles, static (j, b) => b.Write(j));
        json.WriteEndObject();
        json.Flush();
        writer.WriteLine();
    });
}
