using System.Diagnostics;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Reports;

public sealed class FlowExportTests
{
    private sealed record Exported(string Interface, long Time, byte[] Data, int Length);

    [TestCaseSource(typeof(TestData), nameof(TestData.BundleNames))]
    public void Every_observation_of_a_flow_is_in_the_file_once_in_order_of_time_with_its_bytes(string bundle)
    {
        var result = Analyses.Of(bundle);
        foreach (var flow in result.Flows.Take(4))
        {
            var expected = new List<string>();
            foreach (var o in flow.Forward.Transmissions.Concat(flow.Reply.Transmissions).SelectMany(t => t.Observations))
            {
                var (data, length) = Original(bundle, result.CapturePoints[o.Point].File, o.Frame);
                expected.Add($"{result.CapturePoints[o.Point]} {o.Time} {length} {Convert.ToHexString(data)}");
            }

            var (frames, comments) = Read(new FlowExport(result), flow);
            Assert.That(frames.Select(f => $"{f.Interface} {f.Time} {f.Length} {Convert.ToHexString(f.Data)}"), Is.EquivalentTo(expected));
            Assert.That(frames.Select(f => f.Time), Is.Ordered);
            Assert.That(comments.Count(c => c.Frame > 0 && c.Text.StartsWith($"{flow.Id} packet ", StringComparison.Ordinal)), Is.EqualTo(frames.Count));
        }
    }

    [Test]
    public void Comments_name_the_translation_and_its_rule()
    {
        var result = Analyses.Of("nodeport");
        var flow = result.Flows.First(f => f.IsClientTranslated);
        var comments = Read(new FlowExport(result), flow).Comments.Select(c => c.Text).ToList();
        Assert.That(comments, Has.Some.Contains($"becomes {flow.Served!.Value.Ends()}").And.Some.Contains("dnat by node-a/iptables-save.txt:"));
    }

    [Test]
    public void Original_clocks_keep_the_times_of_the_captures_and_a_filter_keeps_frames_out()
    {
        var result = Analyses.Of("policy-drop");
        var flow = result.Flows.First(f => f.Outcome == FlowOutcome.Unanswered);
        Assume.That(result.Clocks.Estimates.Single(c => c.Name == "node-b").Offset, Is.Not.Zero);
        var corrected = Read(new FlowExport(result), flow).Frames.Where(f => f.Interface == "node-b:eth0").Select(f => f.Time).ToList();
        var original = Read(new FlowExport(result) { OriginalClocks = true }, flow).Frames.Where(f => f.Interface == "node-b:eth0").Select(f => f.Time).ToList();
        Assert.That(original.Zip(corrected, (o, c) => o - c), Has.All.EqualTo(result.Clocks.Estimates.Single(c => c.Name == "node-b").Offset));
        Assert.That(Read(new FlowExport(result) { Filter = (_, data) => data.Length > 100 }, flow).Frames.Select(f => f.Data.Length), Is.Not.Empty.And.All.GreaterThan(100));
    }

    [Test]
    public async Task Tshark_reads_the_exported_file_with_its_interfaces_and_comments()
    {
        if (!File.Exists("/usr/bin/tshark"))
            Assert.Ignore("tshark is not installed");
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, Path.GetRandomFileName() + ".pcapng");
        var run = await CommandLine.RunAsync("export", TestData.Bundle("policy-drop"), "--finding", "dropped-by-rule", "-o", file);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        var start = new ProcessStartInfo("tshark") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var a in new[] { "-r", file, "-T", "fields", "-e", "frame.interface_name", "-e", "frame.time_epoch", "-e", "frame.comment" })
            start.ArgumentList.Add(a);
        using var tshark = Process.Start(start)!;
        var errors = tshark.StandardError.ReadToEndAsync();
        var rows = (await tshark.StandardOutput.ReadToEndAsync()).TrimEnd().Split('\n').Select(l => l.Split('\t')).ToList();
        Assert.That(tshark.WaitForExit(60_000), Is.True);
        File.Delete(file);
        var flows = Analyses.Of("policy-drop").Findings.Single(f => f.Code == "dropped-by-rule").Flows;
        Assert.That(rows, Has.Count.EqualTo(flows.Sum(f => f.Forward.Transmissions.Sum(t => t.Observations.Count))), await errors);
        Assert.That(rows.Select(r => r[0]).Distinct(), Is.EquivalentTo(flows[0].Forward.Hops.Select(h => h.Point.ToString())));
        Assert.That(rows.Select(r => r[2]), Has.All.Match("^f[45] packet "));
    }

    [Test]
    public void Tshark_and_capinfos_read_the_export_of_every_bundle_with_a_comment_per_frame()
    {
        Tool.Require("tshark", "capinfos");
        var folder = ScratchFolder.Create("export");
        foreach (var bundle in TestData.BundleNames())
        {
            var result = Analyses.Of(bundle);
            var file = Path.Combine(folder, $"{bundle}.pcapng");
            var written = new FlowExport(result).Write([.. result.Flows], File.Create(file));
            var expected = result.Flows.SelectMany(f => f.Forward.Transmissions.Concat(f.Reply.Transmissions)).SelectMany(t => t.Observations).Select(o => (result.CapturePoints[o.Point].File, o.Frame)).Distinct().Count();
            Assert.That(written, Is.EqualTo(expected), bundle);
            var (exit, output, error) = Tool.Run("", "tshark", "-r", file, "-T", "fields", "-e", "frame.interface_name", "-e", "frame.comment");
            Assert.That((exit, Complaints(error)), Is.EqualTo((0, "")), bundle);
            var rows = output.TrimEnd().Split('\n').Select(l => l.Split('\t')).ToList();
            Assert.That(rows, Has.Count.EqualTo(expected), bundle);
            Assert.That(rows.Select(r => r[0]).Distinct(), Is.SubsetOf(result.CapturePoints.Select(p => p.ToString()).Distinct()), bundle);
            Assert.That(rows.Select(r => r[1]), Has.All.Match(@"^f\d+ packet \d+ .*, (forward|reply) hop \d+ of \d+ at "), bundle);
        }

        var counts = Tool.Run("", ["capinfos", "-c", "-M", "-T", "-m", "-r", .. Directory.GetFiles(folder).Order(StringComparer.Ordinal)]);
        Assert.That((counts.Exit, Complaints(counts.Error)), Is.EqualTo((0, "")));
        Assert.That(counts.Output.TrimEnd().Split('\n'), Has.Length.EqualTo(TestData.BundleNames().Count()).And.All.Match(@",\d+$"));
    }

    // What tshark says about running as root is about the machine, not about the file.
    private static string Complaints(string error) =>
        string.Join('\n', error.Split('\n').Where(l => l.Length > 0 && !l.Contains("as user \"root\"", StringComparison.Ordinal)));

    [Test]
    public async Task A_dash_writes_to_standard_output()
    {
        var run = await CommandLine.RunAsync("export", TestData.Bundle("service"), "--flow", "f2", "-o", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        using var reader = CaptureReader.Open(new MemoryStream(run.Bytes), "-");
        Assert.That(reader.Format, Is.EqualTo(CaptureFormat.Pcapng));
        while (reader.TryRead(out _))
        {
        }

        Assert.That(reader.FrameCount, Is.EqualTo(100));
        Assert.That(reader.Problems, Is.Empty);
    }

    private static (List<Exported> Frames, IReadOnlyList<(long Frame, string Text)> Comments) Read(FlowExport export, Flow flow)
    {
        using var memory = new MemoryStream();
        export.Write([flow], memory);
        using var reader = CaptureReader.Open(new MemoryStream(memory.ToArray()), "export");
        var frames = new List<Exported>();
        while (reader.TryRead(out var frame))
            frames.Add(new Exported(reader.Interfaces[frame.Interface].Name!, frame.Time.Nanoseconds, frame.Data.ToArray(), frame.OriginalLength));
        Assert.That(reader.Problems, Is.Empty);
        return (frames, reader.Comments);
    }

    private static (byte[] Data, int Length) Original(string bundle, string file, long number)
    {
        using var reader = CaptureReader.Open(Path.Combine(TestData.Bundle(bundle), file));
        while (reader.TryRead(out var frame))
        {
            if (frame.Number == number)
                return (frame.Data.ToArray(), frame.OriginalLength);
        }

        throw new InvalidOperationException($"{file} has no frame {number}");
    }
}
