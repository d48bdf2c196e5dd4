using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Reads single frames again, for what observations do not keep.</summary>
internal static class FrameReader
{
    /// <summary>Null where the capture cannot be read that far.</summary>
    public static T? Read<T>(Evidence evidence, FrameLocation place, Func<DecodedFrame, byte[], T?> look)
        where T : struct
    {
        if (evidence.Captures.FirstOrDefault(c => c.File == place.File) is not { } capture)
            return null;
        try
        {
            using var reader = CaptureReader.Open(capture.Open(), capture.File);
            while (reader.TryRead(out var frame))
            {
                if (frame.Number != place.Frame)
                    continue;
                var decoded = new DecodedFrame();
                new FrameDecoder(new DecodeOptions { VxlanPorts = evidence.Network.VxlanPorts() }).Decode(reader.Interfaces[frame.Interface].LinkType, frame.Data, frame.OriginalLength, decoded);
                return look(decoded, frame.Data.ToArray());
            }
        }
        catch (IOException)
        {
            // It was read before; a file that is gone now tells nothing.
        }

        return null;
    }
}
