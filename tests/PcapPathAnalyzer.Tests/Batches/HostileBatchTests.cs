using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Batches;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Batches;

/// <summary>What bundles are called, and what stands in them, cannot act in the summary over many, nor in the tables for other programs.</summary>
public sealed class HostileBatchTests
{
    private const string FileName = "=cmd|'!A1 <script>pwned()<img src=x onerror=pwned()>\u202e\" & #x% ?.tar.gz";

    private TemporaryFolder folder = null!;
    private BatchFolder output = null!;

    [OneTimeSetUp]
    public void Analyze()
    {
        folder = new TemporaryFolder();
        var broken = folder.Write(FileName, "no archive");
        output = new BatchFolder(folder["out"]);
        var done = BatchRunner.Run(BatchItem.List([HostileBundle.Path, broken]), output, new BatchOptions { Output = new ReportSet { Parquet = true, Packets = true, Reports = [new CsvReport()] } });
        new BatchSummary(done).Write(output, BatchShard.Whole);
    }

    [OneTimeTearDown]
    public void CleanUp() => folder?.Dispose();

    [Test]
    public void The_summary_page_has_no_element_that_it_was_not_given_and_links_to_its_own_bundles()
    {
        var html = File.ReadAllText(Path.Combine(output.Root, "summary.html"));
        Assert.That(Regex.Matches(html, "<script", RegexOptions.IgnoreCase), Has.Count.EqualTo(1));
        Assert.That(Regex.Matches(html, "<(img|iframe|object|embed|link|base|form)[ >]", RegexOptions.IgnoreCase), Is.Empty);
        Assert.That(html.Where(Misleads), Is.Empty);
        Assert.That(html, Does.Contain("&lt;img src=x onerror=pwned()"), "it names the node of the finding");
        var links = Regex.Matches(html, "href=\"([^\"]*)\"").Select(static m => m.Groups[1].Value).Where(static l => l[0] != '#').ToList();
        Assert.That(links, Has.Count.EqualTo(1));
        Assert.That(links, Has.All.Match("^bundles/[A-Za-z0-9._-]+/report.html$"));
    }

    [Test]
    public void The_summary_as_JSON_and_CSV_stays_what_it_is()
    {
        var json = JObject.Parse(File.ReadAllText(Path.Combine(output.Root, "summary.json")));
        Assert.That(json["bundles"]!.Select(static b => (string?)b["status"]), Is.EquivalentTo(new[] { "analyzed", "unreadable" }));
        foreach (var row in CsvRows.Of(Path.Combine(output.Root, "summary.csv")))
            Assert.That(row.Values.Where(static c => c.Length > 0 && "=+-@\t\r".Contains(c[0]) && !long.TryParse(c, out _)), Is.Empty);
    }

    [TestCase("packets")]
    [TestCase("flows")]
    [TestCase("hops")]
    [TestCase("findings")]
    public void Text_in_the_Parquet_tables_is_printable_and_says_what_the_CSV_says(string table)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        using var command = duck.CreateCommand();
        command.CommandText = $"SELECT * FROM '{output.Root}/parquet/{table}/*/*.parquet'";
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
            texts.AddRange(Enumerable.Range(0, reader.FieldCount).Where(i => !reader.IsDBNull(i)).Select(reader.GetValue).OfType<string>());
        Assert.That(texts, Has.Some.Contains("onerror"));
        Assert.That(texts.SelectMany(static t => t).Where(static c => char.IsControl(c) || Misleads(c)), Is.Empty);
        Assert.That(texts.Max(static t => t.Length), Is.LessThan(3_000));
        // CSV puts an apostrophe before what a spreadsheet would run; here it is the text itself.
        var name = output.Done().Single(b => File.Exists(Path.Combine(output.Bundle(b), "flows.csv")));
        var cells = CsvRows.Of(Path.Combine(output.Bundle(name), table + ".csv")).SelectMany(static r => r.Values).Where(static c => c.Contains("onerror", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        Assert.That(cells, Is.Not.Empty);
        Assert.That(cells.Select(static c => Printable.Text(c.TrimStart('\''))), Is.SubsetOf(texts));
    }

    private static bool Misleads(char c) => c is >= '\u200b' and <= '\u200f' or >= '\u202a' and <= '\u202e' or >= '\u2060' and <= '\u2069' or '\ufeff';
}
