namespace PcapPathAnalyzer.Tests.Support;

/// <summary>A network namespace of its own, removed at the end; the test is skipped where it cannot be made.</summary>
internal sealed class NetworkNamespaceFixture : IDisposable
{
    private readonly string name = $"pcappath-test-{Guid.NewGuid():N}"[..28];

    public string Name => name;

    private NetworkNamespaceFixture()
    {
    }

    public static NetworkNamespaceFixture Create()
    {
        var made = new NetworkNamespaceFixture();
        try
        {
            var (exit, _, error) = Tool.Run("", "ip", "netns", "add", made.name);
            if (exit != 0)
                Assert.Ignore($"no network namespace can be made: {error.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Ignore($"no network namespace can be made: {e.Message}");
        }

        return made;
    }

    /// <summary>Runs a program inside; a program that is not installed skips the test.</summary>
    public (int Exit, string Output, string Error) Run(string input, params string[] command)
    {
        var result = Tool.Run(input, ["ip", "netns", "exec", name, .. command]);
        if (result.Exit == 255 && result.Error.Contains("No such file"))
            Assert.Ignore($"{command[0]} is not installed");
        return result;
    }

    public void Dispose() => Tool.Run("", "ip", "netns", "del", name);
}
