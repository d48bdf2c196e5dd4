namespace PcapPathAnalyzer.Reports;

/// <summary>A file of the bundle as a relative URI reference (RFC 3986 section 4.2): each segment percent-encoded, never taken for a scheme.</summary>
internal static class BundleUri
{
    public static string Of(string file) => string.Join('/', file.Split('/').Select(Uri.EscapeDataString));
}
