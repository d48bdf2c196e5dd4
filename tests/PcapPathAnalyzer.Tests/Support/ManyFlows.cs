using System.Buffers.Binary;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>A capture of 100,000 connections, each with its own client port, to 400 servers; every 33rd is never answered.</summary>
internal static class ManyFlows
{
    public const int Count = 100_000;

    private static readonly Lazy<string> Made = new(Make);

    private static readonly Lazy<AnalysisResult> Analyzed = new(static () => PathAnalyzer.Analyze(BundleReader.Read(Made.Value)));

    public static string Bundle => Made.Value;

    public static AnalysisResult Result => Analyzed.Value;

    private static string Make()
    {
        var folder = ScratchFolder.Create("many");
        Directory.CreateDirectory(Path.Combine(folder, "client"));
        using var writer = new PcapngWriter(File.Create(Path.Combine(folder, "client", "eth0.pcapng")), "test");
        var port = writer.AddInterface(new CaptureInterface { LinkType = LinkType.Ethernet, Name = "eth0", SnapLength = 96 });
        var frame = new byte[54];
        var time = 1_700_000_000_000_000_000L;
        for (var n = 0; n < Count; n++)
        {
            // Spread like hashes, so that nothing about the flows is regular enough to compress away.
            var spread = (uint)n * 2_654_435_761;
            var client = 0x0a010000u + (uint)(n / 250 % 250 << 8) + (uint)(n % 250) + 1;
            var server = 0x0a090000u + (spread >> 8) % 400;
            var ports = (Client: 20_000 + (int)(spread % 40_000), Server: (spread >> 20 & 1) == 0 ? 80 : 443);
            time += 20_000 + (spread >> 12);
            Segment(frame, (client, ports.Client), (server, ports.Server), 0x02, spread, 0);
            writer.Write(port, new Timestamp(time), frame, frame.Length, null);
            if (n % 33 == 0)
                continue;
            Segment(frame, (server, ports.Server), (client, ports.Client), 0x12, ~spread, spread + 1);
            writer.Write(port, new Timestamp(time + 100_000 + (spread >> 16)), frame, frame.Length, null);
        }

        return folder;
    }

    private static void Segment(byte[] frame, (uint Address, int Port) from, (uint Address, int Port) to, byte flags, uint sequence, uint acknowledgment)
    {
        Array.Clear(frame);
        frame[12] = 8;
        frame[14] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), 40);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(18), (ushort)sequence);
        frame[20] = 0x40;
        (frame[22], frame[23]) = (64, 6);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(26), from.Address);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(30), to.Address);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(34), (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(36), (ushort)to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(38), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(42), acknowledgment);
        (frame[46], frame[47]) = (0x50, flags);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(48), 64_000);
    }
}
