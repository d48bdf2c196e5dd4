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

    [TestCase("every-extension.iptables-nft-save.txt", "iptables-nft")]
    [TestCase("every-extension.iptables-legacy-save.txt", "iptables-legacy")]
    [TestCase("every-extension.ip6tables-nft-save.txt", "ip6tables-nft")]
    public void What_S_and_L_list_loads_as_the_rules_that_they_listed(string file, string program)
    {
        string[] tables = ["filter", "nat", "mangle", "raw"];
        // ip6tables lists eui64 without a word: such a rule is another one in a listing.
        using var ns = Loaded(program, string.Join('\n', File.ReadLines(DumpFiles.PathOf(file)).Where(l => !l.Contains("eui64", StringComparison.Ordinal))) + "\n", isOriginal: true);
        var saved = Saved(ns, program, tables);
        var rules = Restored(program, tables, string.Concat(tables.Select(t => $"$ {program} -t {t} -S\n{ns.Run("", program, "-t", t, "-S").Output}")), out _);
        Assert.That(rules, Is.EqualTo(saved));

        // A rule that the listing tells in part is not loaded; the others are the same.
        var listed = Restored(program, tables, string.Concat(tables.Select(t => $"$ {program} -t {t} -nvxL\n{ns.Run("", program, "-t", t, "-nvxL").Output}")), out var partial);
        Assert.That(listed.Count + partial, Is.EqualTo(saved.Count));
        Assert.That(listed.Except(saved), Is.Empty);
        Assert.That(partial, Is.LessThan(12));
    }

    [TestCase("iptables-nft-restore")]
    [TestCase("iptables-legacy-restore")]
    public void Iptables_restore_accepts_every_bundle_s_ruleset_printed_back(string program)
    {
        using var ns = NetworkNamespaceFixture.Create();
        foreach (var file in Directory.GetFiles(Path.Combine(TestData.Folder, "bundles"), "iptables-save.txt", SearchOption.AllDirectories))
        {
            var printed = new StringWriter();
            IptablesSaveWriter.Write(PcapPathAnalyzer.Dumps.DumpReaders.Read("x", File.ReadAllText(file)).Records.OfType<IptablesTable>(), printed);
            var (exit, _, error) = ns.Run(printed.ToString(), program, "--test");
            Assert.That(exit, Is.Zero, $"{file}: {error}");
        }
    }

    private static List<string> Restored(string program, string[] tables, string dump, out int partial)
    {
        var document = DumpFiles.ReadText(dump);
        Assert.That(document.Problems, Is.Empty);
        partial = DumpFiles.Rules(document).Count(r => r.IsPartial);
        var printed = new StringWriter();
        IptablesSaveWriter.Write(document.Records.OfType<IptablesTable>(), printed);
        using var ns = Loaded(program, printed.ToString(), isOriginal: false);
        return Saved(ns, program, tables);
    }

    private static List<string> Load(string program, string ruleset, bool isOriginal)
    {
        using var ns = Loaded(program, ruleset, isOriginal);
        return ns.Run("", program + "-save").Output.Split('\n').Where(l => l is [not '#', ..]).Select(l => l.Split(" [")[0]).ToList();
    }

    private static List<string> Saved(NetworkNamespaceFixture ns, string program, string[] tables) =>
        tables.SelectMany(t => ns.Run("", program + "-save", "-t", t).Output.Split('\n').Where(l => l is [not '#', ..]).Select(l => l.Split(" [")[0])).ToList();

    private static NetworkNamespaceFixture Loaded(string program, string ruleset, bool isOriginal)
    {
        var ns = NetworkNamespaceFixture.Create();
        var family = program.StartsWith("ip6", StringComparison.Ordinal) ? "inet6" : "inet";
        ns.Run("", "ipset", "create", "myset", "hash:ip,port", "family", family, "timeout", "0");
        ns.Run("", "ipset", "create", "other", "hash:ip", "family", family, "skbinfo");
        var (exit, _, error) = ns.Run(ruleset, program + "-restore");
        if (exit == 0)
            return ns;
        ns.Dispose();
        if (isOriginal)
            Assert.Ignore($"this machine's {program}-restore does not take the ruleset: {error.Trim()}");
        Assert.Fail(error);
        return ns;
    }
}
