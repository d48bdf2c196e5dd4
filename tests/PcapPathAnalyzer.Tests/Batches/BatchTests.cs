using PcapPathAnalyzer.Batches;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Batches;

/// <summary>Many bundles: each for itself, in any number of workers, with the same result.</summary>
public sealed class BatchTests
{
    private static IReadOnlyList<string> Paths { get; } = [.. TestData.BundleNames().Select(TestData.Bundle)];

    private static ReportSet Everything { get; } = new() { Parquet = true };

    [Test]
    public void Shards_merged_are_what_one_worker_writes_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        var items = BatchItem.List(Paths);
        var whole = Run(folder["whole"], items, BatchShard.Whole);
        for (var i = 0; i < 3; i++)
            Run(folder[$"worker-{i}"], items, new BatchShard(i, 3));
        var merged = new BatchFolder(folder["merged"]);
        BatchMerger.Merge(Enumerable.Range(0, 3).Select(i => new BatchFolder(folder[$"worker-{i}"])), merged).Write(merged, BatchShard.Whole);
        AssertSameTree(whole.Root, merged.Root);
    }

    [Test]
    public void Workers_that_share_a_folder_are_merged_in_place()
    {
        using var folder = new TemporaryFolder();
        var items = BatchItem.List(Paths);
        var whole = Run(folder["whole"], items, BatchShard.Whole);
        var shared = new BatchFolder(folder["shared"]);
        for (var i = 0; i < 2; i++)
            Run(shared.Root, items, new BatchShard(i, 2));
        Assert.That(File.Exists(folder["shared/summary-1-of-2.csv"]));
        BatchMerger.Merge([shared], shared).Write(shared, BatchShard.Whole);
        foreach (var file in new[] { "summary.csv", "summary.json", "summary.html" })
            Assert.That(File.ReadAllText(folder[$"shared/{file}"]), Is.EqualTo(File.ReadAllText(Path.Combine(whole.Root, file))), file);
    }

    [Test]
    public async Task A_batch_killed_in_the_middle_and_resumed_equals_an_undisturbed_one_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        var paths = Paths.Concat(Directory.GetDirectories(Path.Combine(TestData.Folder, "bundles-findings")).Order(StringComparer.Ordinal).Select(static d => Path.Combine(d, "bundle"))).Take(20).ToList();
        var list = folder.Write("list", string.Join('\n', paths));
        Assert.That((await CommandLine.RunAsync("batch", "--list", list, "--out", folder["undisturbed"], "--jobs", "1")).ExitCode, Is.Zero);
        using (var killed = CommandLine.Start("batch", "--list", list, "--out", folder["killed"], "--jobs", "1"))
        {
            while (new BatchFolder(folder["killed"]).Done().Count() < 7 && !killed.HasExited)
                await Task.Delay(2);
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        var done = new BatchFolder(folder["killed"]).Done().ToDictionary(n => n, n => File.GetLastWriteTimeUtc(new BatchFolder(folder["killed"]).Record(n)));
        Assert.That(done, Has.Count.InRange(7, paths.Count - 1), "it was killed in the middle");
        var resumed = await CommandLine.RunAsync("batch", "--list", list, "--out", folder["killed"], "--jobs", "1", "--resume");
        Assert.That(resumed.ExitCode, Is.Zero, resumed.Errors);
        AssertSameTree(folder["undisturbed"], folder["killed"]);
        Assert.That(done.Keys.Select(n => File.GetLastWriteTimeUtc(new BatchFolder(folder["killed"]).Record(n))), Is.EqualTo(done.Values), "what was done is not done again");
    }

    [Test]
    public void A_bundle_that_changed_is_analyzed_again_and_the_others_are_not()
    {
        using var folder = new TemporaryFolder();
        ArchiveMaker.Copy(TestData.Bundle("service"), folder["in/service"]);
        ArchiveMaker.Copy(TestData.Bundle("dns"), folder["in/dns"]);
        var items = BatchItem.List([folder["in/service"], folder["in/dns"]]);
        var output = Run(folder["out"], items, BatchShard.Whole);
        var (service, dns) = (File.ReadAllText(output.Record("service")), File.ReadAllText(output.Record("dns")));
        foreach (var file in Directory.GetFiles(output.Bundle("dns")).Where(f => f != output.Record("dns")))
            File.Delete(file);
        File.Delete(folder["in/service/node-b/eth0.pcap"]);
        BatchRunner.Run(items, output, new BatchOptions { Resume = true, Output = Everything });
        Assert.That(File.ReadAllText(output.Record("service")), Is.Not.EqualTo(service));
        Assert.That(File.ReadAllText(output.Record("dns")), Is.EqualTo(dns));
        Assert.That(Directory.GetFiles(output.Bundle("dns")), Has.Length.EqualTo(1), "a bundle that is done is left alone");
    }

    [Test]
    public async Task A_broken_bundle_costs_only_itself()
    {
        using var folder = new TemporaryFolder();
        var broken = folder.Write("broken.tar.gz", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]);
        var missing = folder["no-such-bundle"];
        var result = await CommandLine.RunAsync("batch", TestData.Bundle("service"), broken, missing, "--out", folder["out"]);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero);
            Assert.That(result.Errors, Does.Contain(broken).And.Contain($"{missing}: no such folder or file"));
            var rows = CsvRows.Of(folder["out/summary.csv"]).ToList();
            Assert.That(rows.Select(r => (r["bundle"], r["status"])), Is.EqualTo(new[] { ("broken", "unreadable"), ("bundle", "analyzed"), ("no-such-bundle", "unreadable") }));
            Assert.That(rows[0]["message"], Is.Not.Empty);
            Assert.That(File.Exists(folder["out/bundles/bundle/analysis.json"]));
        });
    }

    [Test]
    public async Task Where_no_bundle_can_be_analyzed_the_input_could_not_be_used()
    {
        using var folder = new TemporaryFolder();
        var result = await CommandLine.RunAsync("batch", folder["none"], "--out", folder["out"]);
        Assert.That(result.ExitCode, Is.EqualTo(2));
    }

    [Test]
    public async Task Results_are_not_written_among_the_files_of_a_bundle()
    {
        using var folder = new TemporaryFolder();
        ArchiveMaker.Copy(TestData.Bundle("intra-pod"), folder["bundles/case"]);
        foreach (var output in new[] { folder.Path, folder["bundles/case/results"] })
        {
            var result = await CommandLine.RunAsync("batch", folder["bundles/case"], "--out", output);
            Assert.That(result.ExitCode, Is.EqualTo(2), output);
            Assert.That(result.Errors, Does.Contain("results would lie among the files of the bundle"));
        }

        Assert.That(Directory.GetFiles(folder["bundles/case"], "*", SearchOption.AllDirectories), Has.Length.EqualTo(Directory.GetFiles(TestData.Bundle("intra-pod"), "*", SearchOption.AllDirectories).Length));
    }

    [Test]
    public void Bundles_are_named_by_their_last_part_and_told_apart_by_what_stands_before_it()
    {
        var items = BatchItem.List(["x/one.tar.gz", "a/bundle", "b/bundle/", "c/d/bundle", "c-d/bundle", "e/c/d/bundle", "x/one.tar.gz"]);
        Assert.That(items.Select(i => i.Name), Is.Unique);
        Assert.That(items.Select(i => i.Name), Is.SupersetOf(["one", "a-bundle", "b-bundle", "c-d-bundle"]));
        Assert.That(BatchItem.List(["e/c/d/bundle", "c/d/bundle", "b/bundle/", "c-d/bundle", "x/one.tar.gz", "a/bundle"]), Is.EqualTo(items), "whatever the order in which they are named");
    }

    [TestCase("..", "bundle")]
    [TestCase("/", "bundle")]
    [TestCase("dir/<script>.zip", "_script_")]
    [TestCase("dir/a b=c", "a_b_c")]
    [TestCase("dir/.hidden", "hidden")]
    public void A_name_is_safe_as_a_folder(string path, string name) => Assert.That(BatchItem.NameOf(path), Is.EqualTo(name));

    [TestCase("0/1", true)]
    [TestCase("7/8", true)]
    [TestCase("8/8", false)]
    [TestCase("-1/8", false)]
    [TestCase("1", false)]
    [TestCase("a/b", false)]
    public void A_shard_is_counted_from_0(string text, bool valid) => Assert.That(BatchShard.TryParse(text, out _), Is.EqualTo(valid));

    [Test]
    public void Shards_share_a_list_out_and_leave_nothing()
    {
        var items = BatchItem.List(Enumerable.Range(0, 17).Select(i => $"bundle-{i}"));
        var all = Enumerable.Range(0, 5).SelectMany(i => new BatchShard(i, 5).Of(items)).ToList();
        Assert.That(all, Is.EquivalentTo(items));
    }

    [Test]
    public void Causes_are_counted_over_bundles_and_days()
    {
        static BundleRecord Bundle(string name, string date, params string[] codes) => new()
        {
            Name = name, Path = name, Fingerprint = "", Date = DateOnly.Parse(date),
            Causes = [.. codes.Select(c => new RecordedCause(c, Diagnostics.Severity.Error, "node-a", "", 0, "", 2))],
        };
        var summary = new BatchSummary([Bundle("b", "2026-08-02", "no-route", "no-route"), Bundle("a", "2026-08-01", "no-route", "hairpin"), Bundle("c", "2026-08-02")]);
        Assert.Multiple(() =>
        {
            Assert.That(summary.Bundles.Select(b => b.Name), Is.EqualTo(["a", "b", "c"]));
            Assert.That(summary.Causes.Select(c => (c.Code.Code, c.Bundles.Count, c.Findings, c.Flows)), Is.EqualTo(new[] { ("no-route", 2, 3, 6L), ("hairpin", 1, 1, 2L) }));
            Assert.That(summary.Periods.Select(p => (p.Name, p.Bundles, p.Causes.GetValueOrDefault("no-route"))), Is.EqualTo(new[] { ("2026-08-01", 1, 1), ("2026-08-02", 2, 1) }));
        });
    }

    private static BatchFolder Run(string root, IReadOnlyList<BatchItem> items, BatchShard shard)
    {
        var folder = new BatchFolder(root);
        new BatchSummary(BatchRunner.Run([.. shard.Of(items)], folder, new BatchOptions { Output = Everything })).Write(folder, shard);
        return folder;
    }

    private static void AssertSameTree(string expected, string actual)
    {
        static Dictionary<string, byte[]> Files(string root) => Directory.GetFiles(root, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(root, f), File.ReadAllBytes);
        var (left, right) = (Files(expected), Files(actual));
        Assert.That(right.Keys, Is.EquivalentTo(left.Keys));
        Assert.Multiple(() =>
        {
            foreach (var (name, bytes) in left)
                Assert.That(right[name].AsSpan().SequenceEqual(bytes), name);
        });
    }
}
