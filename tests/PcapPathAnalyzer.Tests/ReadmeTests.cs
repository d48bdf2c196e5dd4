using System.Text.RegularExpressions;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests;

/// <summary>What the README shows is what the program does.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(TestData.Root, "README.md"));

    [Test]
    public void The_services_shown_are_those_of_the_command()
    {
        var block = Text.Split("$ pcappath services testdata/bundles/nodeport/bundle\n", 2)[1].Split("```", 2)[0];
        Assert.That(ServicesText.Lines(PathAnalyzer.BuildNetwork(BundleReader.Read(TestData.Bundle("nodeport"))), new TextStyle(false)), Is.EqualTo(block.TrimEnd().Split('\n')));
    }

    [Test]
    public void The_output_shown_is_the_output_of_the_command()
    {
        var block = Text.Split("$ pcappath analyze testdata/bundles/policy-drop/bundle\n", 2)[1].Split("```", 2)[0];
        var printed = new TextReport(new TextStyle(false)).Lines(PathAnalyzer.Analyze(BundleReader.Read(TestData.Bundle("policy-drop")))).Select(l => l.TrimEnd()).ToList();
        var at = 0;
        foreach (var line in block.TrimEnd().Split('\n').Where(l => l is not ("..." or "")))
        {
            at = printed.IndexOf(line, at) + 1;
            Assert.That(at, Is.Positive, line);
        }
    }

    [Test]
    public void Every_finding_code_is_listed_with_its_meaning()
    {
        var section = Text.Split("## What is found\n", 2)[1].Split("### Checks", 2)[0];
        Assert.That(Row().Matches(section).Select(m => $"{m.Groups[1].Value}: {m.Groups[2].Value}"), Is.EqualTo(FindingCode.All.Select(c => $"{c.Code}: {c.Title}. {c.Meaning}")));
    }

    [GeneratedRegex(@"^\| `([a-z-]+)` \| (.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
