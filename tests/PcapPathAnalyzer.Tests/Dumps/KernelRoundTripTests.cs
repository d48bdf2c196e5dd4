using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>The kernel as judge: what is read and printed back loads as the same ruleset.</summary>
public sealed class KernelRoundTripTests
{
    [TestCase("every-extension.iptables-nft-save.txt", "iptables-nft")]
    [TestCase("every-extension.iptables-legacy-save.txt", "iptables-legacy")]
    [TestCase("every-extension.ip6tables-nft-save.txt", "ip6tables-nft")]
    public void A_ruleset_printed_back_from_its_values_loads_as_the_same_ruleset(string file, string program)
    {
        var printed = new StringWriter();
        IptablesSaveWriter.Write(DumpFiles.Read(file).Records.OfType<IptablesTable>(), printed);
        var original = Load(program, File.ReadAllText(DumpFiles.PathOf(file)), isOriginal: true);
        var back = Load(program, printed.ToString(), isOriginal: false);
        Assert.That(back, Is.EqualTo(original));
        Assert.That(original, Has.Count.GreaterThan(30));
    }

    [Test]
    public void Iptables_restore_accepts_every_bundle_s_ruleset_printed_back()
    {
        using var ns = NetworkNamespaceFixture.Create();
        foreach (var file in Directory.GetFiles(Path.Combine(TestData.Folder, "bundles"), "iptables-save.txt", SearchOption.AllDirectories))
        {
            var printed = new StringWriter();
            IptablesSaveWriter.Write(PcapPathAnalyzer.Dumps.DumpReaders.Read("x", File.ReadAllText(file)).Records.OfType<IptablesTable>(), printed);
            var (exit, _, error) = ns.Run(printed.ToString(), "iptables-nft-restore", "--test");
            Assert.That(exit, Is.Zero, $"{file}: {error}");
        }
    }

    private static List<string> Load(string program, string ruleset, bool isOriginal)
    {
        using var ns = NetworkNamespaceFixture.Create();
        var family = program.StartsWith("ip6", StringComparison.Ordinal) ? "inet6" : "inet";
        ns.Run("", "ipset", "create", "myset", "hash:ip,port", "family", family, "timeout", "0");
        ns.Run("", "ipset", "create", "other", "hash:ip", "family", family, "skbinfo");
        var (exit, _, error) = ns.Run(ruleset, program + "-restore");
        if (exit != 0 && isOriginal)
            Assert.Ignore($"this machine's {program}-restore does not take the ruleset: {error.Trim()}");
        Assert.That(exit, Is.Zero, error);
        var saved = ns.Run("", program + "-save").Output;
        return saved.Split('\n').Where(l => l is [not '#', ..]).Select(l => l.Split(" [")[0]).ToList();
    }
}
