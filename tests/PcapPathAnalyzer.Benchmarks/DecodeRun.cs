using System.Diagnostics;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>What one pass over a capture gave; equal sums mean that the same facts were decoded.</summary>
internal readonly record struct PassResult(long Packets, int Flows, ulong Sum, double Seconds, double CpuSeconds);

/// <summary>One pass of the product's reader, decoder and table of flows over a file, on the calling thread.</summary>
internal static class DecodeRun
{
    public static PassResult Run(string path)
    {
        var watch = Stopwatch.StartNew();
        var cpu = Environment.CpuUsage.TotalTime;
        var decoder = new FrameDecoder();
        var decoded = new DecodedFrame();
        var flows = new Interner<FiveTuple>();
        var tuples = new FiveTuple[Interner<FiveTuple>.BatchSize];
        var numbers = new int[Interner<FiveTuple>.BatchSize];
        var waiting = 0;
        long packets = 0;
        ulong sum = 0;
        using var reader = CaptureReader.Open(path);
        while (reader.TryRead(out var frame))
        {
            decoder.Decode(reader.Interfaces[frame.Interface].LinkType, frame.Data, frame.OriginalLength, decoded);
            packets++;
            if (decoded.Count == 0)
                continue;
            ref readonly var packet = ref decoded.Innermost;
            sum += packet.TcpSequence + (uint)packet.PayloadLength + (ulong)packet.TcpTimestampValue;
            tuples[waiting++] = packet.Tuple;
            if (waiting < tuples.Length)
                continue;
            flows.Add(tuples, numbers);
            sum += Sum(numbers);
            waiting = 0;
        }

        flows.Add(tuples.AsSpan(0, waiting), numbers);
        sum += Sum(numbers.AsSpan(0, waiting));
        return new PassResult(packets, flows.Count - 1, sum, watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private static ulong Sum(ReadOnlySpan<int> numbers)
    {
        ulong sum = 0;
        foreach (var number in numbers)
            sum += (ulong)number * 31;
        return sum;
    }
}
