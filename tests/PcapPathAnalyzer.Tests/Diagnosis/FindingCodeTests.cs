using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Tests.Diagnosis;

/// <summary>What the catalogue says of each code is whole.</summary>
[TestFixtureSource(typeof(FindingCode), nameof(FindingCode.All))]
public sealed class FindingCodeTests(FindingCode code)
{
    [Test]
    public void It_is_explained_in_two_sentences()
    {
        Assert.That(code.Explanation.TrimEnd('.').Split(". "), Has.Length.EqualTo(2), code.Explanation);
        Assert.That(code.Explanation, Does.EndWith("."));
    }

    [Test]
    public void It_says_what_to_check_next_and_where_to_read_on()
    {
        Assert.That(code.CheckNext, Does.EndWith("."));
        Assert.That(code.Reference.Scheme, Is.EqualTo("https"));
    }

    [Test]
    public void The_contract_keeps_its_name() => Assert.That(code.Code, Does.Match("^[a-z]+(-[a-z]+)*$"));
}
