namespace PcapPathAnalyzer.Reports;

/// <summary>The version of this library, as outputs name it.</summary>
public static class ProductVersion
{
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
