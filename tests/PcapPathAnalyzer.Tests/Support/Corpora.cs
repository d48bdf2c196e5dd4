namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Dumps and captures that are too many for the repository: in the folder that the environment variable PCAPPATH_CORPORA names, or <c>shared/corpora</c> beside the repository.</summary>
internal static class Corpora
{
    /// <summary>A folder of them; null where it is not there.</summary>
    public static string? Folder(string name)
    {
        var root = Environment.GetEnvironmentVariable("PCAPPATH_CORPORA") is { Length: > 0 } named ? named : Path.Combine(TestData.Root, "..", "shared", "corpora");
        return Path.GetFullPath(Path.Combine(root, name)) is var folder && Directory.Exists(folder) ? folder : null;
    }
}
