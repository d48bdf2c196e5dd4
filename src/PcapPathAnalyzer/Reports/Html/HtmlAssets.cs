using System.Security.Cryptography;
using System.Text;

namespace PcapPathAnalyzer.Reports.Html;

/// <summary>The style sheets and scripts of the report, from the files beside this one.</summary>
internal static class HtmlAssets
{
    /// <summary>In the order in which the browser gets them.</summary>
    public static string Style { get; } = Join("base.css", "report.css", "map.css", "flow.css");

    public static string Script { get; } = Enclose(Join("theme.js", "data.js", "map.js", "packets.js", "ladder.js", "flow.js", "table.js", "start.js"));

    /// <summary>Of the summary over many bundles.</summary>
    public static string SummaryStyle { get; } = Join("base.css", "report.css", "summary.css");

    public static string SummaryScript { get; } = Enclose(Join("theme.js", "summary.js"));

    /// <summary>A content security policy's name for an inline style sheet or script (CSP level 2, hash-source).</summary>
    public static string Hash(string content) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'";

    // One function around all, so that nothing leaks into the page; asynchronous, since the data of a page has to be unpacked first.
    private static string Enclose(string script) => $"(async () => {{\n\"use strict\";\n{script}}})();\n";

    private static string Join(params string[] names) => string.Concat(names.Select(Read));

    private static string Read(string name)
    {
        using var stream = typeof(HtmlAssets).Assembly.GetManifestResourceStream($"PcapPathAnalyzer.Reports.Html.{name}")
            ?? throw new InvalidOperationException($"the assembly has no resource {name}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
