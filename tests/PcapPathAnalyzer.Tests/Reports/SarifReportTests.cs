using Newtonsoft.Json.Linq;
using NJsonSchema;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Reports;

public sealed class SarifReportTests
{
    private static readonly Lazy<Task<JsonSchema>> Schema = new(() => JsonSchema.FromFileAsync(Path.Combine(TestData.Folder, "schemas", "sarif-schema-2.1.0.json")));

    [TestCaseSource(typeof(TestData), nameof(TestData.BundleNames))]
    public async Task Findings_of_a_bundle_are_valid_against_the_schema_of_OASIS(string bundle)
    {
        var errors = (await Schema.Value).Validate(Sarif(Analyses.Of(bundle)).ToString());
        Assert.That(errors.Select(e => e.ToString()), Is.Empty);
    }

    [Test]
    public async Task The_schema_refuses_what_is_wrong()
    {
        var sarif = Sarif(Analyses.Of("policy-drop"));
        sarif["runs"]![0]!["results"]![0]!["level"] = "dreadful";
        Assert.That((await Schema.Value).Validate(sarif.ToString()), Is.Not.Empty);
    }

    [Test]
    public void A_dropping_rule_is_the_place_of_its_finding_and_the_jumps_lead_to_it()
    {
        var result = Sarif(Analyses.Of("policy-drop"))["runs"]![0]!["results"]!.Single(r => (string?)r["ruleId"] == "dropped-by-rule");
        var place = result["locations"]![0]!["physicalLocation"]!;
        var file = (string)place["artifactLocation"]!["uri"]!;
        var line = (int)place["region"]!["startLine"]!;
        var text = File.ReadAllLines(Path.Combine(TestData.Bundle("policy-drop"), file))[line - 1];
        Assert.That(text, Does.Contain("default/deny-client").And.Contain("-j DROP"));
        Assert.That((string?)place["region"]!["snippet"]!["text"], Is.EqualTo(text));
        var steps = result["codeFlows"]![0]!["threadFlows"]![0]!["locations"]!.Select(l => (string?)l["location"]!["message"]!["text"]).ToList();
        Assert.That(steps[0], Does.StartWith("-A FORWARD"));
        Assert.That(steps[^1], Is.EqualTo(text));
        Assert.That(result["relatedLocations"]!.Select(l => (string?)l["physicalLocation"]!["artifactLocation"]!["uri"]), Has.All.EqualTo("node-b/flannel.1.pcap"));
    }

    [Test]
    public void Every_result_names_a_rule_that_is_described()
    {
        foreach (var run in TestData.BundleNames().Select(b => Sarif(Analyses.Of(b))["runs"]![0]!))
        {
            var rules = run["tool"]!["driver"]!["rules"]!;
            foreach (var result in run["results"]!)
                Assert.That((string?)rules[(int)result["ruleIndex"]!]!["id"], Is.EqualTo((string?)result["ruleId"]));
        }
    }

    [Test]
    public void A_rule_says_why_what_to_check_and_where_to_read_on()
    {
        var rule = Sarif(Analyses.Of("policy-drop"))["runs"]![0]!["tool"]!["driver"]!["rules"]!.Single(r => (string?)r["id"] == "dropped-by-rule");
        var kind = FindingCode.Of("dropped-by-rule");
        Assert.Multiple(() =>
        {
            Assert.That((string?)rule["fullDescription"]!["text"], Does.StartWith(kind.Meaning).And.EndsWith(kind.Explanation));
            Assert.That((string?)rule["help"]!["text"], Is.EqualTo($"{kind.CheckNext}\n{kind.Reference}"));
            Assert.That((string?)rule["helpUri"], Is.EqualTo(kind.Reference.ToString()));
            Assert.That((string?)rule["defaultConfiguration"]!["level"], Is.EqualTo("error"));
        });
    }

    [Test]
    public void Every_code_that_a_finding_rule_names_is_described()
    {
        var known = FindingCode.All.Select(c => c.Code).ToList();
        Assert.That(known, Is.Ordered.Using<string>(StringComparer.Ordinal).And.Unique);
        foreach (var file in Directory.GetFiles(Path.Combine(TestData.Root, "src", "PcapPathAnalyzer", "Diagnosis", "Findings"), "*.cs"))
        {
            foreach (var line in File.ReadLines(file).Where(l => l.TrimStart().StartsWith("Code = ", StringComparison.Ordinal)))
            {
                var codes = System.Text.RegularExpressions.Regex.Matches(line, "\"([a-z-]+)\"").Select(m => m.Groups[1].Value);
                Assert.That(known, Is.SupersetOf(codes), Path.GetFileName(file));
            }
        }
    }

    private static JObject Sarif(AnalysisResult result)
    {
        using var writer = new StringWriter();
        SarifReport.Write(result, writer);
        return JObject.Parse(writer.ToString());
    }
}
