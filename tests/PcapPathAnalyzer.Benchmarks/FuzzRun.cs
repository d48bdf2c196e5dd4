using System.Diagnostics;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>
/// <c>fuzz SECONDS [FILES...]</c>: mutated capture files through the reader and the decoder. An exception is a crash: its
/// input is written to the temporary folder and its name printed. Without files, the captures of testdata are the seeds.
/// </summary>
internal static class FuzzRun
{
    // Longer files are cut: many short inputs find more than few long ones.
    private const int MaxSeedLength = 8 * 1024;

    public static int Run(int seconds, string[] files)
    {
        var seeds = Seeds(files.Length > 0 ? files : Directory.EnumerateFiles(TestData.Folder, "*.pcap*", SearchOption.AllDirectories));
        if (seeds.Count == 0)
        {
            Console.Error.WriteLine("fuzz: no capture file to begin with; name some");
            return 2;
        }

        var seed = Environment.TickCount;
        Console.WriteLine($"{seeds.Count} seeds, random seed {seed}, {seconds} s");
        var mutator = new CaptureMutator(seeds, seed);
        var decoder = new FrameDecoder();
        var decoded = new DecodedFrame();
        long inputs = 0, frames = 0, faults = 0, crashes = 0;
        var watch = Stopwatch.StartNew();
        var nextReport = 60;
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            var input = mutator.Next();
            inputs++;
            try
            {
                using var reader = CaptureReader.Open(new MemoryStream(input.Array!, input.Offset, input.Count, writable: false), "fuzz");
                while (reader.TryRead(out var frame))
                {
                    frames++;
                    decoder.Decode(reader.Interfaces[frame.Interface].LinkType, frame.Data, frame.OriginalLength, decoded);
                    if (decoded.Fault != DecodeFault.None)
                        faults++;
                }
            }
            catch (Exception e)
            {
                var path = Path.Combine(Path.GetTempPath(), $"pcappath-crash-{seed}-{inputs}.bin");
                File.WriteAllBytes(path, input.ToArray());
                Console.WriteLine($"crash {++crashes}: {e.GetType().Name} {e.Message} {e.StackTrace?.Split('\n')[0].Trim()}; input kept in {path}");
            }

            if (watch.Elapsed.TotalSeconds > nextReport)
            {
                Console.WriteLine($"{nextReport,6} s  inputs {inputs:N0}  frames {frames:N0}  crashes {crashes}");
                nextReport += 60;
            }
        }

        Console.WriteLine($"inputs {inputs:N0}  frames {frames:N0}  frames with a fault {faults:N0}  crashes {crashes}  in {watch.Elapsed.TotalSeconds:N0} s");
        return crashes == 0 ? 0 : 1;
    }

    private static List<byte[]> Seeds(IEnumerable<string> files)
    {
        var seeds = new List<byte[]>();
        foreach (var path in files.SelectMany(static f => Directory.Exists(f) ? Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories) : [f]))
        {
            using var stream = File.OpenRead(path);
            var bytes = new byte[(int)Math.Min(stream.Length, MaxSeedLength)];
            stream.ReadExactly(bytes);
            if (CaptureReader.IsCapture(bytes) || CaptureReader.IsCompressed(bytes))
                seeds.Add(bytes);
        }

        return seeds;
    }
}
