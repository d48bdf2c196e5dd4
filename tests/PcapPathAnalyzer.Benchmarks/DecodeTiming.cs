using System.Diagnostics;
using System.Globalization;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>
/// <c>decode F [ROUNDS]</c>: the time of one pass over a capture (read, decode, table of flows; one thread, page cache warm)
/// beside tools that do the same or less, round by round in one run, as medians and ratios. A tool that is missing is said.
/// </summary>
internal static class DecodeTiming
{
    // SharpPcap + PacketDotNet allocates per packet: a part is enough, scaled.
    private const long ObjectDecoderPackets = 500_000;

    public static int Run(string path, int rounds)
    {
        path = Path.GetFullPath(path);
        var packets = DecodeRun.Run(path).Packets;
        var contenders = Contenders(path, packets).ToList();
        var times = contenders.ToDictionary(c => c.Name, _ => new List<double>(), StringComparer.Ordinal);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, pass) in contenders)
            {
                if (pass() is { } seconds)
                    times[name].Add(seconds);
            }
        }

        var ours = Measured.Median(times[contenders[0].Name]);
        Console.WriteLine($"{packets:N0} packets, {new FileInfo(path).Length / 1e6:N0} MB, medians of {rounds} interleaved rounds");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"",-34}{"seconds",9}{"M packets/s",13}{"x our time",12}"));
        foreach (var (name, list) in times)
        {
            if (list.Count == 0)
                Console.WriteLine($"{name,-34}{"missing",9}");
            else
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34}{Measured.Median(list),9:F3}{packets / Measured.Median(list) / 1e6,13:F2}{Measured.Median(list) / ours,12:F2}"));
        }

        return 0;
    }

    private static IEnumerable<(string Name, Func<double?> Pass)> Contenders(string path, long packets)
    {
        yield return ("pcappath, read + decode + flows", () => DecodeRun.Run(path).Seconds);
        yield return ("the same, two threads, two files", () => TwoAtOnce(path));
        yield return ("cat F >/dev/null", () => Process("sh", "-c", "cat \"$0\" >/dev/null", path));
        var floor = Compile("floor", "");
        yield return ("C floor, the same work", () => floor is null ? null : Process(floor, path));
        var libpcap = Compile("floor-libpcap", "-DWITH_LIBPCAP -lpcap");
        yield return ("C, libpcap + decode by hand", () => libpcap is null ? null : Process(libpcap, path));
        yield return ("capinfos -c F (counts only)", () => Process("capinfos", "-c", path));
        yield return ("tcpdump -nn -r F -w /dev/null", () => Process("tcpdump", "-nn", "-r", path, "-w", "/dev/null"));
        yield return ("SharpPcap + PacketDotNet (scaled)", () => ObjectDecoder(path, packets));
    }

    // Twice the packets in this time: below 2 times one thread's means that threads help.
    private static double? TwoAtOnce(string path)
    {
        var watch = Stopwatch.StartNew();
        Parallel.Invoke(() => DecodeRun.Run(path), () => DecodeRun.Run(path));
        return watch.Elapsed.TotalSeconds / 2;
    }

    private static double? ObjectDecoder(string path, long packets)
    {
        using var device = new SharpPcap.LibPcap.CaptureFileReaderDevice(path);
        device.Open(new SharpPcap.DeviceConfiguration());
        var watch = Stopwatch.StartNew();
        long read = 0;
        while (read < ObjectDecoderPackets && device.GetNextPacket(out var capture) == SharpPcap.GetPacketStatus.PacketRead)
        {
            read++;
            var packet = PacketDotNet.Packet.ParsePacket(capture.Device.LinkType, capture.Data.ToArray());
            _ = packet.Extract<PacketDotNet.TransportPacket>()?.SourcePort;
        }

        return watch.Elapsed.TotalSeconds * packets / Math.Max(1, read);
    }

    private static string? Compile(string name, string flags)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "floor.c");
        var target = Path.Combine(Path.GetTempPath(), $"pcappath-{name}-{Environment.ProcessId}");
        string[] arguments = ["-O2", "-o", target, source, .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        return Process("cc", arguments) is null || !File.Exists(target) ? null : target;
    }

    // Null where the program is missing or fails.
    private static double? Process(string program, params string[] arguments) => Measured.Run(program, arguments)?.Seconds;
}
