using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Batches;

/// <summary>How a bundle of a batch ended.</summary>
public enum BundleStatus
{
    Analyzed,

    /// <summary>The bundle cannot be read at all.</summary>
    Unreadable,

    /// <summary>The analysis itself failed: a fault of this program, reported and confined to this bundle.</summary>
    Failed,
}

/// <summary>One finding, as far as a summary over many bundles needs it.</summary>
/// <param name="Flows">Flows that show it.</param>
public sealed record RecordedCause(string Code, Severity Severity, string Namespace, string File, int Line, string Message, int Flows);

/// <summary>What a batch keeps of a bundle; its file is written last, so that its presence means the bundle is done.</summary>
public sealed record BundleRecord
{
    private const int Schema = 1;

    public required string Name { get; init; }

    public required string Path { get; init; }

    /// <summary>What the bundle's files and the options were: see <see cref="BatchFingerprint"/>.</summary>
    public required string Fingerprint { get; init; }

    public BundleStatus Status { get; init; }

    /// <summary>Why it was not analyzed; empty where it was.</summary>
    public string Error { get; init; } = "";

    /// <summary>Day of the first captured frame, or the one in the bundle's name; null where neither tells.</summary>
    public DateOnly? Date { get; init; }

    public int Captures { get; init; }

    public long Frames { get; init; }

    public int Flows { get; init; }

    /// <summary>Flows that neither completed nor were open at the end.</summary>
    public int FailedFlows { get; init; }

    /// <summary>Worst first, as the analysis has them.</summary>
    public IReadOnlyList<RecordedCause> Causes { get; init; } = [];

    public static BundleRecord Of(BatchItem item, string fingerprint, AnalysisResult result) => new()
    {
        Name = item.Name,
        Path = item.Path,
        Fingerprint = fingerprint,
        Date = BundleDate.Of(item.Name, result),
        Captures = result.Bundle.Captures.Count,
        Frames = result.Frames,
        Flows = result.Flows.Count,
        FailedFlows = result.Flows.Count(f => !f.IsHealthy()),
        Causes = [.. result.Findings.Select(f => new RecordedCause(f.Code, f.Severity, f.Namespace, f.Location?.File ?? "", f.Location?.Line ?? 0, f.Message, f.Flows.Count))],
    };

    public void Write(string file) => OutputFile.Write(file, writer =>
    {
        using var json = new JsonTextWriter(writer) { Formatting = Formatting.Indented, CloseOutput = false };
        Write(json);
        json.Flush();
        writer.WriteLine();
    });

    /// <summary>Writes the record as one JSON object.</summary>
    internal void Write(JsonTextWriter json)
    {
        json.WriteStartObject();
        json.Member("schema", Schema);
        json.Member("bundle", Name);
        json.Member("path", Path);
        json.Member("fingerprint", Fingerprint);
        json.Member("status", Status.ToString().ToLowerInvariant());
        json.Member("error", Error);
        json.Member("date", Date?.ToString("O"));
        json.Member("captures", Captures);
        json.Member("frames", Frames);
        json.Member("flows", Flows);
        json.Member("failed_flows", FailedFlows);
        json.List("findings", Causes, static (j, c) =>
        {
            j.WriteStartObject();
            j.Member("code", c.Code);
            j.Member("severity", c.Severity.ToString().ToLowerInvariant());
            j.Member("namespace", c.Namespace);
            j.Member("file", c.File);
            j.Member("line", c.Line);
            j.Member("message", c.Message);
            j.Member("flows", c.Flows);
            j.WriteEndObject();
        });
        json.WriteEndObject();
    }

    /// <summary>Reads a record.</summary>
    /// <returns>Null where there is none, or none that this version reads.</returns>
    public static BundleRecord? TryRead(string file)
    {
        try
        {
            using var json = new JsonTextReader(File.OpenText(file)) { DateParseHandling = DateParseHandling.None };
            var root = JObject.Load(json);
            if ((int?)root["schema"] != Schema)
                return null;
            return new BundleRecord
            {
                Name = Text(root, "bundle"),
                Path = Text(root, "path"),
                Fingerprint = Text(root, "fingerprint"),
                Status = Enum.Parse<BundleStatus>(Text(root, "status"), ignoreCase: true),
                Error = Text(root, "error"),
                Date = DateOnly.TryParseExact(Text(root, "date"), "O", out var date) ? date : null,
                Captures = (int)root["captures"]!,
                Frames = (long)root["frames"]!,
                Flows = (int)root["flows"]!,
                FailedFlows = (int)root["failed_flows"]!,
                Causes = [.. root["findings"]!.Select(Cause)],
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException or FormatException or OverflowException or InvalidCastException or NullReferenceException)
        {
            return null;
        }
    }

    private static RecordedCause Cause(JToken c) => new(
        Text(c, "code"), Enum.Parse<Severity>(Text(c, "severity"), ignoreCase: true), Text(c, "namespace"), Text(c, "file"), (int)c["line"]!, Text(c, "message"), (int)c["flows"]!);

    private static string Text(JToken token, string member) => (string?)token[member] ?? "";
}
