using System.Diagnostics;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>What one pass over a capture gave; equal sums mean that the same facts were decoded.</summary>
internal readonly record struct PassResult(long Packets, int Flows, ulong Sum, double Seconds, double CpuSeconds);

/// <summary>One pass of the product's reader, decoder and table of tuples over a file, on the calling thread.</summary>
internal static class DecodeRun
{
    public static PassResult Run(string path)
    {
        var watch = Stopwatch.StartNew();
        var cpu = Environment.CpuUsage.TotalTime;
        var decoder = new FrameDecoder();
        var decoded = new DecodedFrame();
        var flows = new TupleTable();
        long packets = 0;
        ulong sum = 0;
        using var reader = CaptureReader.Open(path);
        while (reader.TryRead(out var frame))
        {
            decoder.Decode(frame, decoded);
            packets++;
            if (decoded.Count == 0)
                continue;
            ref readonly var packet = ref decoded.Innermost;
            sum += packet.TcpSequence + (uint)packet.PayloadLength + (ulong)packet.TcpTimestampValue;
            if (flows.Ask(packet))
                sum += Answer(flows);
        }

        sum += Answer(flows);
        return new PassResult(packets, flows.Count - 1, sum, watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private static ulong Answer(TupleTable flows)
    {
        ulong sum = 0;
        foreach (var number in flows.Answer())
            sum += (ulong)number * 31;
        return sum;
    }
}
