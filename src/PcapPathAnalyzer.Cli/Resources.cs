namespace PcapPathAnalyzer.Cli;

/// <summary>Files that the program carries and prints.</summary>
internal static class Resources
{
    public static Stream Open(string name) =>
        typeof(Resources).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the program does not carry {name}");

    public static void Print(string name)
    {
        using var content = Open(name);
        using var output = Console.OpenStandardOutput();
        content.CopyTo(output);
    }
}
