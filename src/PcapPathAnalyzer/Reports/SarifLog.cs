using Newtonsoft.Json;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Reports;

/// <summary>What every SARIF log of the program has in common (OASIS SARIF 2.1.0): the tool, its rules, places relative to the bundle.</summary>
internal static class SarifLog
{
    private const string Base = "BUNDLE";

    /// <summary>Writes a log of one run.</summary>
    /// <param name="bundle">The bundle's name.</param>
    /// <param name="rules">The codes that a result may name.</param>
    /// <param name="results">Writes one result, as an object.</param>
    public static void Write<T>(TextWriter writer, string bundle, IEnumerable<SarifRule> rules, IEnumerable<T> results, Action<JsonTextWriter, T> result)
    {
        using var json = new JsonTextWriter(writer) { Formatting = Formatting.Indented, CloseOutput = false };
        json.WriteStartObject();
        json.Member("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
        json.Member("version", "2.1.0");
        json.List("runs", [bundle], (j, name) =>
        {
            j.WriteStartObject();
            j.Object("tool", () => j.Object("driver", () =>
            {
                j.Member("name", "pcappath");
                j.Member("version", ProductVersion.Text);
                j.List("rules", rules, Rule);
            }));
            j.Object("originalUriBaseIds", () => j.Object(Base, () => j.Text("description", $"The folder of the support bundle {Printable.Text(name)}")));
            j.Member("columnKind", "utf16CodeUnits");
            j.List("results", results, result);
            j.WriteEndObject();
        });
        json.WriteEndObject();
        json.Flush();
        writer.WriteLine();
    }

    /// <summary>The file, and where the place has them the line and column.</summary>
    /// <param name="snippet">The line's text; null where it is not at hand.</param>
    public static void Physical(this JsonTextWriter json, SourceLocation place, string? snippet)
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

    /// <summary>The namespace that a result is about; nothing where it is about none.</summary>
    public static void Namespace(this JsonTextWriter json, string ns)
    {
        if (ns.Length == 0)
            return;
        json.List("logicalLocations", [ns], (j, name) =>
        {
            j.WriteStartObject();
            j.Member("fullyQualifiedName", Printable.Text(name));
            j.Member("kind", "namespace");
            j.WriteEndObject();
        });
    }

    public static string Level(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "note",
    };

    private static void Rule(JsonTextWriter json, SarifRule rule)
    {
        json.WriteStartObject();
        json.Member("id", rule.Id);
        json.Text("shortDescription", rule.Title);
        json.Text("fullDescription", rule.Description);
        json.Object("defaultConfiguration", () => json.Member("level", Level(rule.Severity)));
        if (rule.Help is { } help)
            json.Text("help", rule.HelpUri is { } more ? $"{help}\n{more}" : help);
        json.Member("helpUri", rule.HelpUri?.ToString());
        json.WriteEndObject();
    }
}

/// <summary>A code that results name, as viewers show it beside them.</summary>
/// <param name="Severity">The worst it is reported with.</param>
internal sealed record SarifRule(string Id, string Title, string Description, Severity Severity)
{
    /// <summary>What to check next; null where nothing is said beyond the message.</summary>
    public string? Help { get; init; }

    public Uri? HelpUri { get; init; }
}
