using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Tests.Capture;

/// <summary>A capture as the reader sees it.</summary>
internal sealed record ReadBack(List<WrittenFrame> Frames, IReadOnlyList<Problem> Problems, IReadOnlyList<CaptureInterface> Interfaces, CaptureFormat Format)
{
    public static ReadBack Of(byte[] file) => Of(new MemoryStream(file));

    public static ReadBack Of(Stream stream)
    {
        using var reader = CaptureReader.Open(stream, "test");
        var frames = new List<WrittenFrame>();
        while (reader.TryRead(out var frame))
        {
            Assert.That(reader.FrameCount, Is.EqualTo(frame.Number));
            frames.Add(new WrittenFrame(frame.HasTime ? frame.Time.Nanoseconds : -1, frame.Data.ToArray(), frame.OriginalLength) { Link = reader.Interfaces[frame.Interface].LinkType.ToString() });
        }

        Assert.That(reader.TryRead(out _), Is.False, "the end is for ever");
        return new ReadBack(frames, reader.Problems, reader.Interfaces, reader.Format);
    }

    /// <summary>The frames that were read are these, in this order.</summary>
    public void IsExactly(IEnumerable<WrittenFrame> expected) => Assert.That(Frames.Select(Text), Is.EqualTo(expected.Select(Text)));

    public static string Text(WrittenFrame frame) => $"{frame.Link} {frame.Time} {frame.OriginalLength} {frame.Data.Length} {(frame.Data.Length < 4096 ? Convert.ToHexString(frame.Data) : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(frame.Data)))}";
}
