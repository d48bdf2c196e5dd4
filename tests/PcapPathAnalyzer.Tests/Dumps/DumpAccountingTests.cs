using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Every dump is recognised as what it is, and every line of it is understood or reported.</summary>
public sealed class DumpAccountingTests
{
    // The folder a dump lies in says what it is; which readers may say so of it.
    private static readonly Dictionary<string, string[]> Readers = new(StringComparer.Ordinal)
    {
        ["bridge-fdb"] = ["bridge-fdb"],
        ["cni"] = ["cni"],
        ["conntrack"] = ["conntrack", "conntrack-statistics"],
        ["ip6tables-save"] = ["iptables-save", "iptables-rules"],
        ["ip-addr"] = ["ip-addr", "ip-brief", "ifconfig"],
        ["ip-json"] = ["ip-addr"],
        ["ip-link"] = ["ip-addr"],
        ["ip-neigh"] = ["ip-neigh", "arp"],
        ["ip-route"] = ["ip-route", "route", "ip-neigh"],
        ["ip-rule"] = ["ip-rule"],
        ["ipset"] = ["ipset"],
        ["iptables-list"] = ["iptables-list"],
        ["iptables-rules"] = ["iptables-rules"],
        ["iptables-save"] = ["iptables-save", "iptables-rules", "script"],
        ["netstat"] = ["netstat", "ss", "route", "nstat", "netstat-statistics", "netstat-interfaces", "netstat-groups"],
        ["proc"] = ["arp", "proc-net-route", "proc-net-sockets", "conntrack"],
        ["ss"] = ["ss"],
        ["sysctl"] = ["sysctl"],
    };

    [Test]
    public void All_lines_of_the_dumps_in_testdata_are_accounted_for() => Account(Path.Combine(TestData.Folder, "dumps"));

    [Test]
    public void All_lines_of_the_corpora_are_accounted_for()
    {
        if (Corpora.Folder("dumps") is { } folder)
            Account(folder);
        else
            Assert.Ignore("the corpora are not here");
    }

    /// <summary>What lies under <c>other</c> is told apart by the files' names.</summary>
    [Test]
    public void Every_other_file_of_the_corpora_is_taken_for_what_its_name_says()
    {
        var faults = new List<string>();
        var kinds = new SortedDictionary<string, (int Files, int Lines, int Reported)>(StringComparer.Ordinal);
        foreach (var path in DumpFiles.Corpus("other"))
        {
            var name = Path.GetFileName(path);
            var text = File.ReadAllText(path);
            var document = DumpReaders.Read(name, text);
            var split = text.Split('\n');
            var expected = OtherDumps.KindOf(name);
            var open = document.Problems.Where(p => p.Severity >= Severity.Warning).ToList();
            var sum = kinds.GetValueOrDefault(expected.Length == 0 ? "(none)" : expected);
            kinds[expected.Length == 0 ? "(none)" : expected] = (sum.Files + 1, sum.Lines + split.Count(l => !string.IsNullOrWhiteSpace(l)), sum.Reported + open.Count);
            if (OtherDumps.IsVector(name))
                continue;
            if (expected.Length > 0 ? !document.Kinds.Contains(expected) : document.Kinds.Any())
                faults.Add($"{name}: expected '{expected}', taken for [{string.Join(", ", document.Kinds)}]");
            faults.AddRange(open.Where(p => NotUnderstood.Reason(p, split[p.Location.Line - 1].TrimEnd()) is null).Select(p => p.ToString()));
            faults.AddRange(Uncited(name, split, document));
        }

        foreach (var (kind, sum) in kinds)
            TestContext.Out.WriteLine($"{kind,-26}{sum.Files,6}{sum.Lines,8}{sum.Reported,10}");
        Assert.That(faults, Is.Empty);
    }

    private static void Account(string folder)
    {
        var faults = new List<string>();
        TestContext.Out.WriteLine($"{"kind",-14}{"files",6}{"lines",8}{"records",9}{"reported",10}{"of them unexplained",21}");
        foreach (var (kind, readers) in Readers.OrderBy(r => r.Key, StringComparer.Ordinal).Where(r => Directory.Exists(Path.Combine(folder, r.Key))))
        {
            int files = 0, lines = 0, records = 0, reported = 0, unexplained = 0;
            foreach (var path in Directory.GetFiles(Path.Combine(folder, kind)).Order(StringComparer.Ordinal))
            {
                var name = $"{kind}/{Path.GetFileName(path)}";
                var text = File.ReadAllText(path);
                var document = DumpReaders.Read(name, text);
                var split = text.Split('\n');
                var open = document.Problems.Where(p => p.Severity >= Severity.Warning).ToList();
                files++;
                lines += split.Count(l => !string.IsNullOrWhiteSpace(l));
                records += document.Records.Count;
                reported += open.Count;
                foreach (var problem in open.Where(p => NotUnderstood.Reason(p, split[p.Location.Line - 1].TrimEnd()) is null))
                {
                    unexplained++;
                    faults.Add(problem.ToString());
                }

                // A file of nothing but an error message, or of remarks, is of no kind.
                if (!document.Kinds.Any(readers.Contains) && !document.Problems.Any(p => p.Code == "unreadable-input" && NotUnderstood.Reason(split[p.Location.Line - 1].TrimEnd()) is not null))
                    faults.Add($"{name}: taken for [{string.Join(", ", document.Kinds)}]");
                faults.AddRange(Uncited(name, split, document));
            }

            TestContext.Out.WriteLine($"{kind,-14}{files,6}{lines,8}{records,9}{reported,10}{unexplained,21}");
        }

        Assert.That(faults, Is.Empty);
    }

    private static IEnumerable<string> Uncited(string name, string[] lines, DumpDocument document)
    {
        // What a script would print, it has not printed yet.
        if (document.Kinds is ["script"])
            yield break;
        var cited = document.Records.SelectMany(DumpJson.Of).Select(e => ((int)e["line"]!, (string)e["kind"]!)).ToHashSet();
        var reported = document.Problems.Select(p => p.Location.Line).ToHashSet();
        for (var i = 0; i < lines.Length; i++)
        {
            var kinds = LineCount.KindsOf(lines[i]);
            if (kinds.Length > 0 && !reported.Contains(i + 1) && !Array.Exists(kinds, k => cited.Contains((i + 1, k))))
                yield return $"{name}:{i + 1}: looks like {kinds[0]}, and nothing cites it: {lines[i]}";
        }
    }
}
