using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Tracing;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Reports;

/// <summary>A bundle whose captures were rotated is told as the same one whose captures were not, each frame by the part that has it.</summary>
public sealed class RotatedCaptureTests
{
    private const int FramesPerPart = 15;
    private const string Name = "nodeport";
    private TemporaryFolder folder = null!;
    private AnalysisResult whole = null!;
    private AnalysisResult rotated = null!;

    [OneTimeSetUp]
    public void Rotate()
    {
        folder = new TemporaryFolder();
        TestData.Copy(TestData.Bundle(Name), folder.Path, static (file, target) =>
        {
            if (file.EndsWith(".pcap", StringComparison.Ordinal))
                Rotate(file, target);
            else
                File.Copy(file, target);
        });

        whole = Analyses.Of(Name);
        rotated = PathAnalyzer.Analyze(BundleReader.Read(folder.Path));
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Hops_cite_the_parts_of_their_first_and_last_frames()
    {
        var told = rotated.Flows.SelectMany(f => f.Forward.Hops.Concat(f.Reply.Hops)).Select(h => (h.File, h.FirstFrame, h.LastFile, h.LastFrame, h.Packets)).ToList();
        var expected = whole.Flows.SelectMany(f => f.Forward.Hops.Concat(f.Reply.Hops)).Select(h => (Part(h.File, h.FirstFrame), Part(h.LastFile, h.LastFrame), h.Packets));
        Assert.That(told, Is.EqualTo(expected.Select(e => (e.Item1.File, e.Item1.Frame, e.Item2.File, e.Item2.Frame, e.Packets))));
        Assert.That(told.Count(h => h.File != h.LastFile), Is.GreaterThan(10), "flows go on while captures are rotated");
    }

    [Test]
    public void A_trace_cites_the_parts_that_have_its_frames()
    {
        foreach (var group in Truth.Read(Name).SelectMany(f => f.Observations.GroupBy(o => (f.Token, o.IsReply, o.IpId))))
        {
            var frames = group.Select(o => Part(o.File, o.Frame)).ToList();
            Assert.That(Trace.OfFrame(rotated, frames[0])!.Steps.Select(s => s.Frame), Is.EquivalentTo(frames));
        }
    }

    [Test]
    public void An_export_holds_the_frames_that_it_holds_without_rotation()
    {
        for (var i = 0; i < whole.Flows.Count; i++)
            Assert.That(Frames(rotated, i), Is.EqualTo(Frames(whole, i)));
    }

    private static List<string> Frames(AnalysisResult result, int flow)
    {
        using var stream = new MemoryStream();
        new FlowExport(result).Write([result.Flows[flow]], stream);
        using var reader = CaptureReader.Open(new MemoryStream(stream.ToArray()), "export");
        var frames = new List<string>();
        while (reader.TryRead(out var frame))
            frames.Add($"{frame.Time} {Convert.ToHexString(frame.Data)}");
        return frames;
    }

    private static FrameLocation Part(string file, long frame)
    {
        var (part, within) = Math.DivRem(frame - 1, FramesPerPart);
        return new FrameLocation($"{file}{part}", within + 1);
    }

    private static void Rotate(string file, string target)
    {
        using var reader = CaptureReader.Open(File.OpenRead(file), file);
        PcapWriter? writer = null;
        while (reader.TryRead(out var frame))
        {
            if ((frame.Number - 1) % FramesPerPart == 0)
            {
                writer?.Dispose();
                writer = new PcapWriter(File.Create($"{target}{(frame.Number - 1) / FramesPerPart}"), reader.Interfaces[0].LinkType);
            }

            writer!.Write(frame.Time, frame.Data, frame.OriginalLength);
        }

        // Nothing was captured: the file is there all the same.
        if (writer is null)
            File.Copy(file, target + "0");
        writer?.Dispose();
    }
}
