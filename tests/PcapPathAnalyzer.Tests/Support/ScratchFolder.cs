namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Folders for what tests make, all in one of this run's; it is deleted when the run ends, and by the next run if this one is killed.</summary>
internal static class ScratchFolder
{
    private const string Prefix = "pcappath-tests-";
    private static readonly Lazy<string> Run = new(Begin);

    public static string Create(string purpose) =>
        Directory.CreateDirectory(Path.Combine(Run.Value, $"{purpose}-{Path.GetRandomFileName()}")).FullName;

    /// <summary>Deletes all of them.</summary>
    public static void End()
    {
        if (Run.IsValueCreated)
            Delete(Run.Value);
    }

    private static string Begin()
    {
        var alive = System.Diagnostics.Process.GetProcesses().Select(static p => p.Id).ToHashSet();
        foreach (var left in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            if (int.TryParse(Path.GetFileName(left).AsSpan(Prefix.Length), out var process) && !alive.Contains(process))
                Delete(left);
        }

        return Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}")).FullName;
    }

    // What somebody else deletes at the same time, or holds open, is no test's failure.
    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TestContext.Progress.WriteLine($"{folder} is left: {e.Message}");
        }
    }
}
