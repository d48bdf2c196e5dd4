using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Dumps in testdata, and in the folder that <c>PCAPPATH_CORPORA</c> names.</summary>
internal static class DumpFiles
{
    public static string Folder => Path.Combine(TestData.Folder, "dumps");

    public static string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Reads a file of testdata/dumps.</summary>
    public static DumpDocument Read(string name) => DumpReaders.Read(name, File.ReadAllText(PathOf(name)));

    public static DumpDocument ReadText(string content) => DumpReaders.Read("test.txt", content);

    public static IEnumerable<IptablesRule> Rules(DumpDocument document) =>
        document.Records.OfType<IptablesTable>().SelectMany(t => t.Chains.Values).SelectMany(c => c.Rules);

    /// <summary>Files of some kinds in the corpora, or a skipped test.</summary>
    public static IReadOnlyList<string> Corpus(params string[] kinds)
    {
        if (Environment.GetEnvironmentVariable("PCAPPATH_CORPORA") is not { Length: > 0 } folder)
        {
            Assert.Ignore("PCAPPATH_CORPORA names no folder of dumps");
            return [];
        }

        return kinds.Select(k => Path.Combine(folder, "dumps", k)).Where(Directory.Exists).SelectMany(Directory.GetFiles).Order(StringComparer.Ordinal).ToArray();
    }
}
