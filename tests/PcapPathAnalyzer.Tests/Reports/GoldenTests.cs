using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Markdown;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Reports;

/// <summary>
/// The text and Markdown reports as they stood when someone last looked at them: every change of them is seen in review. After a change
/// that is meant, <c>PCAPPATH_RENEW_GOLDEN=1 dotnet test --filter GoldenTests</c> writes them anew; read the difference before it is committed.
/// </summary>
public sealed class GoldenTests
{
    [Test]
    public void Text_and_Markdown_are_as_they_were([Values("policy-drop", "nodeport")] string bundle, [Values("txt", "md")] string format)
    {
        var result = Analyses.Of(bundle);
        var lines = format == "md" ? MarkdownReport.Lines(result) : new TextReport(new TextStyle(false)).Lines(result);
        var text = string.Join('\n', lines) + "\n";
        var file = Path.Combine(TestData.Root, "tests", "PcapPathAnalyzer.Tests", "Reports", "Golden", $"{bundle}.{format}");
        if (Environment.GetEnvironmentVariable("PCAPPATH_RENEW_GOLDEN") == "1")
            File.WriteAllText(file, text);
        Assert.That(text.Split('\n'), Is.EqualTo(File.ReadAllText(file).Split('\n')), "PCAPPATH_RENEW_GOLDEN=1 dotnet test --filter GoldenTests renews the file");
    }
}
