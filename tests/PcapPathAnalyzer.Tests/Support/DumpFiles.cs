using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Dumps in testdata, and in the corpora.</summary>
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
        if (Corpora.Folder("dumps") is not { } folder)
        {
            Assert.Ignore("the corpora are not here");
            return [];
        }

        return kinds.Select(k => Path.Combine(folder, k)).Where(Directory.Exists).SelectMany(Directory.GetFiles).Order(StringComparer.Ordinal).ToArray();
    }
}
