using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Diagnosis;

/// <summary>Each cause of the catalogue has a bundle that shows it, and one that looks like it and must not: what `FindingBundleTests` checks is complete.</summary>
public sealed class CatalogueCoverageTests
{
    private static readonly IReadOnlyList<JObject> Bundles =
        [.. Directory.GetDirectories(Path.Combine(TestData.Folder, "bundles-findings")).Select(d => JObject.Parse(File.ReadAllText(Path.Combine(d, "expected.json"))))];

    [TestCaseSource(nameof(Codes))]
    public void There_is_a_bundle_that_shows_it(string code) =>
        Assert.That(Bundles.Any(b => (string?)b["code"] == code || Has(b, "also", code)), Is.True, $"no expected.json says \"code\" or \"also\": {code}");

    [TestCaseSource(nameof(Codes))]
    public void There_is_a_lookalike_that_must_not_show_it(string code) =>
        Assert.That(Bundles.Any(b => (string?)b["absent"] == code || Has(b, "lookalike", code)), Is.True, $"no expected.json says \"absent\" or \"lookalike\": {code}");

    [Test]
    public void Every_code_that_a_bundle_names_is_in_the_catalogue()
    {
        var named = Bundles.SelectMany(b => new[] { (string?)b["code"] }.Concat(List(b, "also")).Concat(List(b, "lookalike"))).OfType<string>().Distinct();
        Assert.That(named.Except(Codes()), Is.Empty);
    }

    private static IEnumerable<string> Codes() => FindingCatalogue.Codes.Select(c => c.Code);

    private static bool Has(JObject bundle, string field, string code) => List(bundle, field).Contains(code);

    private static IEnumerable<string?> List(JObject bundle, string field) => bundle[field]?.Values<string>() ?? [];
}
