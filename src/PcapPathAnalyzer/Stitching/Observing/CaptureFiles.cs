using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>Reads a bundle's captures, as many side by side as there are processors; the order of the result is that of the bundle.</summary>
internal sealed class CaptureFiles(Network network, BlockPool pool, FrameFilter? filter)
{
    private readonly FileNumbersPool numbers = new();

    /// <param name="captures">In the bundle's order.</param>
    public (IReadOnlyList<CaptureReading> Readings, Observations Observations) Read(IReadOnlyList<BundleCapture> captures)
    {
        var decode = new DecodeOptions { VxlanPorts = network.VxlanPorts() };
        var readings = new CaptureReading?[captures.Count];
        var merger = new ReadingMerger(numbers);
        var merged = 0;
        // One by one from a queue: files differ in size, and a fixed share for each thread would leave one waiting.
        var queue = System.Collections.Concurrent.Partitioner.Create(Enumerable.Range(0, captures.Count), System.Collections.Concurrent.EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(queue, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, n =>
        {
            var reading = Read(captures[n], decode);
            // In the files' order, whichever is read first; the numbers of a merged file are free for the next.
            lock (merger)
            {
                readings[n] = reading;
                while (merged < readings.Length && readings[merged] is { } next)
                {
                    merger.Add(next);
                    merged++;
                }
            }
        });
        return (readings!, merger.Finish());
    }

    private CaptureReading Read(BundleCapture capture, DecodeOptions decode)
    {
        var reading = new CaptureReading(pool, numbers.Rent());
        try
        {
            new ObservationReader(new CapturePointResolver(network), new FrameDecoder(decode), filter).Read(capture, reading);
        }
        catch (IOException e)
        {
            reading.Problems.Add(new Problem(Severity.Warning, "unreadable-input", new SourceLocation(capture.File, 0), e.Message));
        }

        return reading;
    }
}
