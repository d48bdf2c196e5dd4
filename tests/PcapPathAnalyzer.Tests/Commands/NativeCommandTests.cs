using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

/// <summary>The command as native code, which is what a release holds: built once here, and held against the managed one.</summary>
public class NativeCommandTests
{
    private static readonly Lazy<string> Native = new(Publish);

    [OneTimeSetUp]
    public void NeedsALinker()
    {
        if (!Tool.Exists("clang") && !Tool.Exists("gcc"))
            Assert.Ignore("neither clang nor gcc is installed: no linker for native code");
    }

    [TestCase("service")]
    [TestCase("service-nftables")]
    [TestCase("dns")]
    public async Task Every_report_of_the_native_command_is_that_of_the_managed_one_byte_for_byte(string bundle)
    {
        var (native, managed) = (ScratchFolder.Create("native"), ScratchFolder.Create("managed"));
        string[] analyze = ["analyze", TestData.Bundle(bundle), "--packets", "--quiet", "--format", "json,csv,sarif,md,html,parquet", "--out"];
        var (exit, _, error) = Tool.Run("", [Native.Value, .. analyze, native]);
        Assert.That((exit, error), Is.EqualTo((0, "")));
        Assert.That((await CommandLine.RunAsync([.. analyze, managed])).ExitCode, Is.Zero);
        Assert.That(Names(native), Is.EqualTo(Names(managed)).And.Not.Empty);
        foreach (var name in Names(managed))
            Assert.That(await File.ReadAllBytesAsync(Path.Combine(native, name)), Is.EqualTo(await File.ReadAllBytesAsync(Path.Combine(managed, name))), name);
    }

    [TestCase("--help")]
    [TestCase("analyze", "BUNDLE")]
    [TestCase("explain", "BUNDLE", "--from", "node-a/pods/client-0", "--to", "10.244.1.7:8080")]
    [TestCase("explain", "BUNDLE", "--from", "node-a/pods/client-0", "--to", "10.244.1.7:8080", "--format", "json")]
    [TestCase("services", "BUNDLE")]
    [TestCase("check", "BUNDLE", "--format", "sarif")]
    [TestCase("trace", "BUNDLE", "node-a/cni0.pcap#4")]
    [TestCase("inspect-bundle", "BUNDLE")]
    [TestCase("export", "BUNDLE", "--flow", "f1", "-o", "-")]
    [TestCase("decode", "BUNDLE/node-a/eth0.pcap")]
    [TestCase("decode", "BUNDLE/node-a/eth0.pcap", "--format", "json")]
    [TestCase("inspect", "BUNDLE/node-a/eth0.pcap#1")]
    [TestCase("dump", "BUNDLE/node-a/ip-addr.txt")]
    [TestCase("dump", "BUNDLE/node-a/iptables-save.txt", "--format", "iptables-save")]
    public async Task Every_command_prints_the_same(params string[] arguments)
    {
        arguments = [.. arguments.Select(static a => a.Replace("BUNDLE", TestData.Bundle("service"), StringComparison.Ordinal))];
        var (exit, output, error) = Tool.Run("", [Native.Value, .. arguments]);
        var managed = await CommandLine.RunAsync(arguments);
        Assert.That((exit, output, error), Is.EqualTo((managed.ExitCode, managed.Output, managed.Errors)));
    }

    private static List<string> Names(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal)];

    // Beside the build of the repository, not in it.
    private static string Publish()
    {
        var folder = ScratchFolder.Create("publish");
        var (exit, output, error) = Tool.Run(
            "",
            "dotnet", "publish", Path.Combine(TestData.Root, "src", "PcapPathAnalyzer.Cli"), "-c", "Release", "--use-current-runtime", "-p:PublishAot=true", "-p:RunAnalyzers=false", "--artifacts-path", Path.Combine(folder, "artifacts"), "-o", folder);
        Assert.That(exit, Is.Zero, output + error);
        Assert.That(output, Does.Not.Contain("warning"));
        return Path.Combine(folder, OperatingSystem.IsWindows() ? "pcappath.exe" : "pcappath");
    }
}
