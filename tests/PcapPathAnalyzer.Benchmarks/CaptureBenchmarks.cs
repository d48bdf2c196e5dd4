using BenchmarkDotNet.Attributes;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>Decoding all frames of a whole file; nothing may be allocated but, once per file, the reader and its buffer.</summary>
[MemoryDiagnoser]
public class CaptureBenchmarks
{
    private readonly FrameDecoder decoder = new();
    private readonly DecodedFrame decoded = new();
    private readonly List<(LinkType LinkType, byte[] Data, int OriginalLength)> frames = [];
    private byte[] content = [];

    [Params("bundles/service/bundle/node-a/eth0.pcap", "bundles/any-capture/bundle/node-a/any.pcap", "captures/seladb__PcapPlusPlus__ip4_fragments.pcap", "captures/seladb__PcapPlusPlus__many_interfaces-1.pcapng")]
    public string Capture { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        content = File.ReadAllBytes(Path.Combine(TestData.Folder, Capture));
        frames.Clear();
        using var reader = Open();
        while (reader.TryRead(out var frame))
            frames.Add((frame.LinkType, frame.Data.ToArray(), frame.OriginalLength));
    }

    [Benchmark]
    public int DecodeFrames()
    {
        var packets = 0;
        foreach (var (linkType, data, originalLength) in frames)
        {
            decoder.Decode(linkType, data, originalLength, decoded);
            packets += decoded.Count;
        }

        return packets;
    }

    [Benchmark]
    public int ReadAndDecodeFile()
    {
        var packets = 0;
        using var reader = Open();
        while (reader.TryRead(out var frame))
        {
            decoder.Decode(frame, decoded);
            packets += decoded.Count;
        }

        return packets;
    }

    private CaptureReader Open() => CaptureReader.Open(new MemoryStream(content, writable: false), Capture);
}
