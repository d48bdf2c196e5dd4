namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Folders that several tests share, deleted when the test run ends.</summary>
internal static class ScratchFolder
{
    public static string Create(string purpose)
    {
        var folder = Directory.CreateTempSubdirectory($"pcappath-{purpose}-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
