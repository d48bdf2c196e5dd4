using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Checks;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>What <c>pcappath check</c> prints, and what the README says of it.</summary>
public sealed partial class CheckOutputTests
{
    private static readonly DumpRemark Sample = new(
        new Problem(Severity.Error, "duplicate-address", new SourceLocation("node-a/ip addr.txt", 7, 3), "10.0.0.1 is \u001b[31mtwice\nhere"),
        "node-a",
        [new SourceLocation("node-b/ip-addr.txt", 9)]);

    [TestCaseSource(typeof(TestData), nameof(TestData.BundleNames))]
    public void A_bundle_of_a_network_that_works_shows_no_error(string name)
    {
        var remarks = Check(name);
        Assert.That(remarks.Where(r => r.Problem.Severity == Severity.Error), Is.Empty);
        // One service has no endpoints on purpose; flannel's nftables mode hides one of its own rules, see NftCheckTests.
        string[] known = name switch { "no-endpoints" => ["no-endpoints"], "service-nftables" => ["no-endpoints", "shadowed-rule"], _ => [] };
        Assert.That(remarks.Where(r => r.Problem.Severity == Severity.Warning && !known.Contains(r.Problem.Code)), Is.Empty);
    }

    [Test]
    public void Every_code_has_a_test_beside_this_one()
    {
        var tests = string.Concat(Directory.GetFiles(Path.Combine(TestData.Root, "tests", "PcapPathAnalyzer.Tests", "Checks"), "*.cs").Select(File.ReadAllText));
        Assert.That(DumpChecks.All.SelectMany(static c => c.Codes).Select(static c => c.Name).Where(c => !tests.Contains($" {c}: ", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Every_line_has_the_form_that_problem_matchers_read()
    {
        var text = new StringWriter { NewLine = "\n" };
        CheckReport.WriteText([Sample, new DumpRemark(new Problem(Severity.Warning, "unreadable-input", new SourceLocation("x", 0), "?"), "", [])], text);
        var lines = text.ToString().TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines, Has.All.Matches(Matcher()));
        Assert.That(lines[0], Is.EqualTo("node-a/ip addr.txt:7:3: error duplicate-address: 10.0.0.1 is \\u001b[31mtwice\\u000ahere"));
        Assert.That(lines[1], Is.EqualTo("x:1:1: warning unreadable-input: ?"));
    }

    [Test]
    public void JSON_gives_the_places_as_members()
    {
        var text = new StringWriter();
        CheckReport.WriteJson("b", [Sample], text);
        var json = JObject.Parse(text.ToString());
        var problem = json["problems"]!.Single();
        Assert.That((string?)problem["file"], Is.EqualTo("node-a/ip addr.txt"));
        Assert.That((int?)problem["line"], Is.EqualTo(7));
        Assert.That((int?)problem["related"]!.Single()["line"], Is.EqualTo(9));
        Assert.That((int?)json["counts"]!["error"], Is.EqualTo(1));
    }

    [Test]
    public void The_README_lists_every_code_with_its_severity_and_meaning()
    {
        var section = File.ReadAllText(Path.Combine(TestData.Root, "README.md")).Split("### Checks\n", 2)[^1].Split("\n#", 2)[0];
        var listed = Row().Matches(section).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value} {m.Groups[3].Value}");
        var known = DumpChecks.All.SelectMany(c => c.Codes).Select(c => $"{c.Name} {c.Severity.ToString().ToLowerInvariant()} {c.Meaning}");
        Assert.That(listed, Is.EquivalentTo(known));
    }

    [Test]
    public void Codes_are_unique_kebab_case_words()
    {
        var names = DumpChecks.All.SelectMany(c => c.Codes).Select(c => c.Name).ToList();
        Assert.That(names, Is.Unique);
        Assert.That(names, Has.All.Match("^[a-z0-9]+(-[a-z0-9]+)*$"));
    }

    private static IReadOnlyList<DumpRemark> Check(string name)
    {
        var bundle = BundleReader.Read(TestData.Bundle(name));
        return DumpChecks.Run(PathAnalyzer.BuildNetwork(bundle), bundle.Problems);
    }

    private static Predicate<string?> Matcher() => line => line is not null && Line().IsMatch(line);

    [GeneratedRegex(@"^[^:]+:[1-9]\d*:[1-9]\d*: (info|warning|error) [a-z0-9-]+: \S[^\u0000-\u001f]*$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^\| `([a-z0-9-]+)` \| (\w+) \| (.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
