using Newtonsoft.Json;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Reports;

/// <summary>What <c>inspect-bundle --format json</c> prints.</summary>
public static class InspectionJson
{
    /// <summary>Grows by members without a new number; a changed meaning takes a new one.</summary>
    public const int Schema = 1;

    public static void Write(BundleInspection inspection, TextWriter writer)
    {
        var bundle = inspection.Bundle;
        using var json = new JsonTextWriter(writer) { Formatting = Formatting.Indented, CloseOutput = false };
        json.WriteStartObject();
        json.Member("schema", Schema);
        json.Member("bundle", bundle.Name);
        json.List("collectors", bundle.Collectors, static (j, c) => Object(j, ("layout", c.Layout), ("folder", c.Folder), ("node", c.Node), ("why", c.Why)));
        json.List("namespaces", inspection.Network.Namespaces, static (j, n) =>
        {
            j.WriteStartObject();
            j.Member("name", n.Name);
            j.Member("node", n.Node.Name);
            j.Member("interfaces", n.Interfaces.Count);
            j.List("dumps", n.DumpedKinds.Order(StringComparer.Ordinal), static (x, k) => x.WriteValue(k));
            j.WriteEndObject();
        });
        json.List("files", bundle.Items, static (j, f) =>
        {
            j.WriteStartObject();
            j.Member("file", f.File);
            j.Member("size", f.Size < 0 ? null : f.Size);
            j.Member("role", Role(f.Role));
            j.Member("namespace", f.Namespace.Length == 0 ? null : f.Namespace);
            j.Member("why", f.Why);
            j.List("kinds", f.Kinds, static (x, k) => x.WriteValue(k));
            j.WriteEndObject();
        });
        json.List("captures", inspection.CapturePoints, static (j, p) =>
        {
            j.WriteStartObject();
            j.Member("file", p.File);
            j.Member("namespace", p.Namespace);
            j.Member("interface", p.Interface);
            j.Member("certain", p.IsCertain);
            j.Member("why", p.Reason);
            j.Member("linkType", p.LinkType.ToString());
            j.Member("snapLength", p.SnapLength);
            j.WriteEndObject();
        });
        json.List("missing", inspection.Missing, static (j, m) => Object(j, ("namespace", m.Namespace), ("what", m.What), ("command", m.Command), ("why", m.Why)));
        json.List("problems", bundle.Problems, static (j, p) => Object(j, ("code", p.Code), ("severity", p.Severity.ToString().ToLowerInvariant()), ("file", p.Location.File), ("message", p.Message)));
        json.WriteEndObject();
        json.Flush();
        writer.WriteLine();
    }

    internal static string Role(BundleRole role) => role switch
    {
        BundleRole.Dump => "dump",
        BundleRole.Capture => "capture",
        BundleRole.Manifest => "manifest",
        BundleRole.NotNeeded => "not-needed",
        _ => "unreadable",
    };

    private static void Object(JsonTextWriter json, params ReadOnlySpan<(string Name, string? Value)> members)
    {
        json.WriteStartObject();
        foreach (var (name, value) in members)
            json.Member(name, value);
        json.WriteEndObject();
    }
}
