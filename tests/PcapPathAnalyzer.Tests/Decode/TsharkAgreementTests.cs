using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Tests.Capture;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>Every frame of every capture beside tshark: what both say must be the same, but for the differences listed with their reasons.</summary>
public class TsharkAgreementTests
{
    private static readonly string[] Frame = ["frame.number", "_ws.malformed", "_ws.short", "frame.protocols"];

    [Test]
    public void Every_frame_agrees_with_tshark_or_differs_for_a_listed_reason()
    {
        using var tshark = Tshark.Start();
        if (tshark is null)
            Assert.Ignore("tshark is not installed");
        var files = CaptureFiles.All().ToList();
        if (files.Count == 0)
            Assert.Ignore("no captures are there");

        var all = Path.Combine(Path.GetTempPath(), $"pcappath-agreement-{Environment.ProcessId}.pcapng");
        try
        {
            var origins = MergedCapture.Write(files, all);
            var tally = new AgreementTally();
            Compare(tshark, all, origins, tally);
            TestContext.Out.WriteLine(tally.Summary());
            Assert.That(tally.Frames, Is.EqualTo(origins.Count));
            Assert.That(tally.Unexplained, Is.Empty);
        }
        finally
        {
            File.Delete(all);
        }
    }

    private static void Compare(Tshark tshark, string path, List<string> origins, AgreementTally tally)
    {
        using var reader = CaptureReader.Open(path);
        var decoder = new FrameDecoder();
        var decoded = new DecodedFrame();
        var ours = new ObservedFields();
        foreach (var row in tshark.Fields(path, Frame.Concat(ObservedFields.Names)))
        {
            Assert.That(reader.TryRead(out var frame), Is.True);
            var origin = origins[(int)frame.Number - 1];
            decoder.Decode(reader.Interfaces[frame.Interface].LinkType, frame.Data, frame.OriginalLength, decoded);
            ours.Take(decoded);
            tally.Frame();
            Check(origin, row, "frame.number", row[0], frame.Number.ToString(), decoded, tally);
            for (var i = 0; i < ObservedFields.Names.Length; i++)
                Check(origin, row, ObservedFields.Names[i], row[Frame.Length + i], string.Join(',', ours[ObservedFields.Names[i]]), decoded, tally);
        }
    }

    private static void Check(string origin, string[] row, string field, string theirs, string ours, DecodedFrame decoded, AgreementTally tally)
    {
        if (string.Equals(theirs, ours, StringComparison.Ordinal))
            return;

        // Where a header is cut or lies, each goes as far as it can: the one must then be the beginning of the other.
        var broken = decoded.Fault != DecodeFault.None || row[1].Length > 0 || row[2].Length > 0;
        if (broken && (theirs.StartsWith(ours, StringComparison.Ordinal) || ours.StartsWith(theirs, StringComparison.Ordinal)))
            return;
        tally.Differs(origin, new Difference(field, ours, theirs, decoded.Fault, row[3]));
    }
}
