using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Bundles;

/// <summary>
/// <c>bundle.json</c> at a bundle's top: settles what cannot be found out. Its form is the JSON schema that
/// <c>pcappath inspect-bundle --schema</c> prints.
/// </summary>
internal sealed class BundleManifest
{
    public const string FileName = "bundle.json";

    private const int MaxCharacters = 16 << 20;
    private const int MaxDepth = 16;

    private static readonly JsonLoadSettings Positions = new() { LineInfoHandling = LineInfoHandling.Load, DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Replace };

    private readonly Dictionary<string, (string Namespace, string? Interface)> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> folders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> clocks = new(StringComparer.Ordinal);
    private readonly List<Problem> problems = [];

    private BundleManifest()
    {
    }

    /// <summary>What in it could not be used, with its place.</summary>
    public IReadOnlyList<Problem> Problems => problems;

    /// <summary>The node of a namespace, where stated.</summary>
    public IReadOnlyDictionary<string, string> Nodes => nodes;

    /// <summary>Nanoseconds a node's clock was ahead of the true time, where stated.</summary>
    public IReadOnlyDictionary<string, long> Clocks => clocks;

    /// <summary>Reads a bundle's manifest; an empty one where there is none.</summary>
    public static BundleManifest Of(BundleContents contents)
    {
        var manifest = new BundleManifest();
        foreach (var file in contents.Files)
        {
            if (file.Name == FileName)
                manifest.Read(file);
        }

        return manifest;
    }

    /// <summary>What the manifest says of a file; null where it says nothing.</summary>
    public Placement? Place(BundleFile file, BundleRole role)
    {
        if (files.TryGetValue(file.Name, out var stated) || files.TryGetValue(file.Path, out stated))
            return new Placement(role, stated.Namespace.Length > 0 ? stated.Namespace : FolderNamespace(file.Path) ?? file.Folder, FileName, stated.Interface);
        return FolderNamespace(file.Path) is { } ns ? new Placement(role, ns, FileName) : null;
    }

    private string? FolderNamespace(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            if (folders.TryGetValue(path[..slash], out var ns))
                return ns;
        }

        return null;
    }

    private void Read(BundleFile file)
    {
        try
        {
            if (DumpFileText.Read(file, MaxCharacters) is not { } text)
            {
                Report(null, $"longer than {MaxCharacters} characters; not read");
                return;
            }

            using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = MaxDepth };
            if (JToken.ReadFrom(reader, Positions) is JObject root)
                Read(root);
            else
                Report(null, "not a JSON object; not read");
        }
        catch (JsonException e)
        {
            problems.Add(new Problem(Severity.Warning, "unreadable-input", new SourceLocation(FileName, (e as JsonReaderException)?.LineNumber ?? 0), $"no valid JSON, not used: {e.Message}"));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Report(null, e.Message);
        }
    }

    private void Read(JObject root)
    {
        foreach (var member in root.Properties())
        {
            switch (member.Name)
            {
                case "$schema" or "description":
                    break;
                case "schema":
                    if (member.Value is not JValue { Value: 1L })
                        Report(member, "schema is not 1, the only one this program knows; read as if it were");
                    break;
                case "namespaces":
                    Each(member, Namespace);
                    break;
                case "captures":
                    Each(member, (name, o) => files[name] = (Text(o, "namespace") ?? "", Text(o, "interface")));
                    break;
                case "dumps":
                    Each(member, (name, o) => files[name] = (Text(o, "namespace") ?? "", null));
                    break;
                case "clocks":
                    Each(member, Clock);
                    break;
                default:
                    Report(member, $"unknown member {EntryName.Printable(member.Name)}: not used");
                    break;
            }
        }
    }

    private void Each(JProperty member, Action<string, JObject> read)
    {
        if (member.Value is not JObject map)
        {
            Report(member, $"{member.Name} is no object: not used");
            return;
        }

        foreach (var entry in map.Properties())
        {
            if (entry.Value is JObject value)
                read(entry.Name, value);
            else
                Report(entry, $"{member.Name}/{EntryName.Printable(entry.Name)} is no object: not used");
        }
    }

    private void Namespace(string name, JObject o)
    {
        foreach (var folder in o["folders"] as JArray ?? [])
        {
            if (folder is JValue { Value: string path })
                folders[path.Trim('/')] = name;
            else
                Report(folder, "folders holds what is no text: not used");
        }

        if (Text(o, "node") is { } node)
            nodes[name] = node;
    }

    private void Clock(string name, JObject o)
    {
        // Decimal: a double of seconds since 1970 is off by hundreds of nanoseconds, and so are large offsets.
        if (o["offsetSeconds"] is JValue { Value: double or long } v && Math.Abs(Convert.ToDouble(v.Value)) < 1e9)
            clocks[name] = (long)(Convert.ToDecimal(v.Value) * 1_000_000_000m);
        else
            Report(o, $"clocks/{EntryName.Printable(name)} has no offsetSeconds between -1e9 and 1e9: not used");
    }

    private string? Text(JObject o, string member)
    {
        switch (o[member])
        {
            case null:
                return null;
            case JValue { Value: string { Length: > 0 } text }:
                return text;
            case var other:
                Report(other, $"{member} is no text: not used");
                return null;
        }
    }

    private void Report(JToken? at, string message)
    {
        if (problems.Count < BundleLimits.MaxRefusals)
            problems.Add(new Problem(Severity.Warning, "unreadable-input", new SourceLocation(FileName, (at as IJsonLineInfo)?.LineNumber ?? 0, (at as IJsonLineInfo)?.LinePosition ?? 0), message));
    }
}
