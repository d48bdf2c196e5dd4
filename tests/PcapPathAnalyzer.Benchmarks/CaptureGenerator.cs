using System.Buffers.Binary;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>
/// <c>generate-capture F PACKETS</c>: a pcap file, the same at every run. Half of the packets are in VXLAN; the inner IP packets
/// have the sizes of the "simple IMIX" (7 small : 4 of 576 : 1 large) and 100,000 five-tuples in no order that a cache could
/// guess; four of five are TCP with timestamps, as Linux sends it, the others UDP.
/// </summary>
internal sealed class CaptureGenerator
{
    public const int Flows = 100_000;
    private const int LargestFrame = 2048;
    private const int OuterLength = 14 + 20 + 8 + 8;
    private static readonly int[] Sizes = [52, 52, 52, 52, 52, 52, 52, 576, 576, 576, 576, 1450];

    private readonly byte[] frame = new byte[LargestFrame];
    private ulong state = 0x9E3779B97F4A7C15;

    public static int Run(string path, long packets)
    {
        new CaptureGenerator().Write(path, packets);
        Console.WriteLine($"{path}: {packets:N0} packets, {new FileInfo(path).Length / 1e6:N0} MB");
        return 0;
    }

    public void Write(string path, long packets)
    {
        for (var i = 0; i < frame.Length; i++)
            frame[i] = (byte)(i * 7);
        using var writer = new PcapWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20), LinkType.Ethernet);
        for (long n = 0; n < packets; n++)
        {
            var flow = (int)(Next() % Flows);
            var length = Sizes[Next() % (ulong)Sizes.Length];
            var tunnelled = (flow & 1) != 0;
            var at = tunnelled ? OuterLength : 0;
            var end = Inner(at, flow, length);
            if (tunnelled)
                Outer(flow, end);
            writer.Write(new Timestamp(1_795_000_000_000_000_000 + (n * 1000)), frame.AsSpan(0, end), end);
        }
    }

    private int Inner(int at, int flow, int length)
    {
        var tcp = flow % 5 != 0;
        Ethernet(at, 0x0A58_0000_0000 + (ulong)flow);
        var ip = at + 14;
        Ipv4(ip, length, tcp ? (byte)6 : (byte)17, 0x0AF4_0000u + (uint)(flow / 40), 0x0A60_0000u + (uint)(flow % 97));
        var transport = frame.AsSpan(ip + 20);
        BinaryPrimitives.WriteUInt16BigEndian(transport, (ushort)(32768 + (flow % 40)));
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], tcp ? (ushort)443 : (ushort)53);
        if (!tcp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)(length - 20));
            return ip + length;
        }

        BinaryPrimitives.WriteUInt64BigEndian(transport[4..], Next());
        BinaryPrimitives.WriteUInt16BigEndian(transport[12..], 0x8010);
        BinaryPrimitives.WriteUInt16BigEndian(transport[14..], 501);
        BinaryPrimitives.WriteUInt32BigEndian(transport[20..], 0x0101080A);
        BinaryPrimitives.WriteUInt64BigEndian(transport[24..], Next());
        return ip + length;
    }

    private void Outer(int flow, int end)
    {
        Ethernet(0, 0x0242_C0A8_3800);
        Ipv4(14, end - 14, 17, 0xC0A8_380B, 0xC0A8_380Cu + (uint)(flow % 16));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(34), (ushort)(49152 + (flow % 16384)));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(36), 8472);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), (ushort)(end - 34));
        frame.AsSpan(40, 2).Clear();
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(42), 0x0800_0000_0000_0100);
    }

    private void Ethernet(int at, ulong mac)
    {
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(at), mac << 16);
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(at + 6), (mac + 1) << 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at + 12), 0x0800);
    }

    private void Ipv4(int at, int length, byte protocol, uint source, uint destination)
    {
        var header = frame.AsSpan(at, 20);
        header.Clear();
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)Next());
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], 0x4000);
        header[8] = 64;
        header[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(header[16..], destination);
        var sum = 0;
        for (var i = 0; i < 20; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], (ushort)~((sum & 0xFFFF) + (sum >> 16)));
    }

    // xorshift64*: the numbers are the same on every machine.
    private ulong Next()
    {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return state * 0x2545F4914F6CDD1D >> 11;
    }
}
