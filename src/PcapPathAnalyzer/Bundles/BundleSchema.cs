namespace PcapPathAnalyzer.Bundles;

/// <summary>The JSON schema of <c>bundle.json</c>.</summary>
public static class BundleSchema
{
    /// <summary>The schema's text (JSON Schema draft 2020-12).</summary>
    public static string Text
    {
        get
        {
            using var stream = typeof(BundleSchema).Assembly.GetManifestResourceStream("bundle.schema.json")!;
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }
}
