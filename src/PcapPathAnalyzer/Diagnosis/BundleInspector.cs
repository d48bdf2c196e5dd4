using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Looks a bundle over: its dumps in full, of each capture the first frames.</summary>
public static class BundleInspector
{
    /// <summary>Frames read of a capture: enough to meet every interface of a busy <c>-i any</c> capture.</summary>
    private const int Sample = 2000;

    public static BundleInspection Inspect(Bundle bundle)
    {
        var network = PathAnalyzer.BuildNetwork(bundle);
        var points = new List<CapturePoint>();
        var resolver = new CapturePointResolver(network);
        var decoder = new FrameDecoder();
        foreach (var capture in bundle.Captures)
            Look(resolver.ForFile(capture, points), decoder, capture);
        return new BundleInspection { Bundle = bundle, Network = network, CapturePoints = points, Missing = [.. MissingInputs.Of(network, points)] };
    }

    private static void Look(CapturePointResolver.FilePoints file, FrameDecoder decoder, BundleCapture capture)
    {
        var frame = new DecodedFrame();
        try
        {
            using var reader = CaptureReader.Open(capture.Open(), capture.File);
            for (var n = 0; n < Sample && reader.TryRead(out var captured); n++)
            {
                var description = reader.Interfaces[captured.Interface];
                decoder.Decode(description.LinkType, captured.Data, captured.OriginalLength, frame);
                file.Find(captured.Interface, description, frame).Frames++;
            }

            file.Finish(reader.Interfaces);
        }
        catch (IOException)
        {
            // It has no point then; the analysis reports why.
        }
    }
}
