using System.Globalization;
using DuckDB.NET.Data;
using PcapPathAnalyzer.Batches;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Batches;

/// <summary>The Parquet tables of ten bundles, asked by DuckDB as the README does, and held against the CSV files.</summary>
public sealed class ParquetTests
{
    private TemporaryFolder folder = null!;
    private DuckDBConnection duck = null!;
    private List<(string Bundle, IReadOnlyDictionary<string, string> Row)> flows = null!;
    private List<(string Bundle, IReadOnlyDictionary<string, string> Row)> hops = null!;
    private List<(string Bundle, IReadOnlyDictionary<string, string> Row)> findings = null!;
    private List<(string Bundle, IReadOnlyDictionary<string, string> Row)> packets = null!;

    [OneTimeSetUp]
    public void Analyze()
    {
        folder = new TemporaryFolder();
        var items = BatchItem.List([.. TestData.BundleNames().Select(TestData.Bundle), Path.Combine(TestData.Folder, "bundles-findings", "hairpin", "bundle")]);
        Assert.That(items, Has.Count.GreaterThanOrEqualTo(10));
        var output = new BatchFolder(folder.Path);
        BatchRunner.Run(items, output, new BatchOptions { Output = new ReportSet { Parquet = true, Packets = true, Reports = [new CsvReport()] } });
        (flows, hops, findings, packets) = (Csv(output, "flows.csv"), Csv(output, "hops.csv"), Csv(output, "findings.csv"), Csv(output, "packets.csv"));
        duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
    }

    [OneTimeTearDown]
    public void CleanUp()
    {
        duck?.Dispose();
        folder?.Dispose();
    }

    [Test]
    public void Which_causes_in_how_many_bundles() =>
        Assert.That(Ask("causes"), Is.EqualTo(findings.GroupBy(f => f.Row["code"]).Select(g => $"{g.Key}|{g.Select(f => f.Bundle).Distinct().Count()}|{g.Count()}").OrderByDescending(r => int.Parse(r.Split('|')[1])).ThenBy(r => r, StringComparer.Ordinal)));

    [Test]
    public void Which_services_fail_most() =>
        Assert.That(Ask("failing services"), Is.EqualTo(flows.GroupBy(f => (f.Row["requested"], f.Row["requested_port"]))
            .Select(g => (g.Key, All: g.Count(), Failed: g.Count(f => f.Row["outcome"] is not ("completed" or "open")))).Where(g => g.Failed > 0)
            .OrderByDescending(g => g.Failed).ThenBy(g => g.Key.Item1, StringComparer.Ordinal).ThenBy(g => g.Key.Item2.Length == 0 ? 0 : int.Parse(g.Key.Item2)).Select(g => $"{g.Key.Item1}|{g.Key.Item2}|{g.Failed}|{g.All}")));

    [Test]
    public void Which_rule_translated_how_many_flows() =>
        Assert.That(Ask("rules"), Is.EqualTo(hops.Where(h => h.Row["rule"].Length > 0 && h.Row["direction"] == "forward").GroupBy(h => h.Row["rule"])
            .Select(g => (Rule: g.Key, Flows: g.Select(h => (h.Bundle, h.Row["flow_id"])).Distinct().Count())).OrderByDescending(g => g.Flows).ThenBy(g => g.Rule, StringComparer.Ordinal).Select(g => $"{g.Rule}|{g.Flows}")));

    [Test]
    public void Where_packets_are_sent_again() =>
        Assert.That(Ask("retransmissions"), Is.EqualTo(packets.Where(p => p.Row["hop"] == "1").GroupBy(p => (p.Bundle, p.Row["protocol"]))
            .Select(g => (g.Key, All: g.Count(), Again: g.Count(p => p.Row["retransmission"] == "true"))).OrderBy(g => g.Key.Bundle, StringComparer.Ordinal).ThenBy(g => g.Key.Item2, StringComparer.Ordinal).Select(g => $"{g.Key.Bundle}|{g.Key.Item2}|{g.Again}|{g.All}")));

    [Test]
    public void How_long_a_hop_takes_in_the_middle() =>
        Assert.That(Ask("latency"), Is.EqualTo(hops.Where(h => h.Row["latency_ns"].Length > 0).GroupBy(h => h.Row["action"])
            .Select(g => (g.Key, Hops: g.Count(), Worst: g.Max(h => long.Parse(h.Row["latency_ns"])))).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}|{g.Hops}|{g.Worst}")));

    [Test]
    public void Every_packet_of_the_CSV_is_a_row_of_the_table_with_the_same_time()
    {
        var rows = Run($"SELECT bundle, packet_id, frame, file, src, dst, length, epoch_us(time), time_ns FROM '{folder.Path}/parquet/packets/*/*.parquet'").ToHashSet(StringComparer.Ordinal);
        Assert.That(rows, Has.Count.EqualTo(packets.Count));
        Assert.That(packets.Select(p =>
        {
            var time = DateTimeOffset.Parse(p.Row["time"][..26] + "Z", CultureInfo.InvariantCulture);
            var microseconds = (time - DateTimeOffset.UnixEpoch).Ticks / 10;
            var nanoseconds = (microseconds * 1000) + int.Parse(p.Row["time"].AsSpan(26, 3));
            return $"{p.Bundle}|{p.Row["packet_id"]}|{p.Row["frame"]}|{p.Row["file"]}|{p.Row["src"]}|{p.Row["dst"]}|{p.Row["length"]}|{microseconds}|{nanoseconds}";
        }), Is.SubsetOf(rows));
    }

    // The query that stands in README under this name, asked of this folder.
    private List<string> Ask(string name)
    {
        var readme = File.ReadAllText(Path.Combine(TestData.Root, "README.md"));
        var at = readme.IndexOf($"-- {name}", StringComparison.Ordinal);
        Assert.That(at, Is.GreaterThan(0), $"README has no query '{name}'");
        var sql = readme[readme.IndexOf('\n', at)..readme.IndexOf(';', at)];
        return Run(sql.Replace("out/parquet", folder.Path.Replace("'", "''", StringComparison.Ordinal) + "/parquet", StringComparison.Ordinal));
    }

    private List<string> Run(string sql)
    {
        using var command = duck.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        return rows;
    }

    private static List<(string Bundle, IReadOnlyDictionary<string, string> Row)> Csv(BatchFolder output, string file) =>
        [.. output.Done().SelectMany(b => CsvRows.Of(Path.Combine(output.Bundle(b), file)).Select(r => (b, r)))];
}
