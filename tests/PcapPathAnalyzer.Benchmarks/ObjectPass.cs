using System.Diagnostics;
using System.Net;
using PacketDotNet;
using PcapPathAnalyzer.Wire;
using SharpPcap;
using SharpPcap.LibPcap;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>
/// <c>objects F</c>: the work of <see cref="DecodePass"/> in the usual way, SharpPcap's reader and PacketDotNet's objects, with
/// a dictionary of five-tuples. Equal sums show that it finds the same facts.
/// </summary>
internal static class ObjectPass
{
    private const int VxlanLength = 8;

    public static int Run(string path)
    {
        var watch = Stopwatch.StartNew();
        var flows = new Dictionary<(IPAddress, IPAddress, int, int, ProtocolType), int>();
        long packets = 0;
        ulong sum = 0;
        using var device = new CaptureFileReaderDevice(path);
        device.Open(new DeviceConfiguration());
        while (device.GetNextPacket(out var capture) == GetPacketStatus.PacketRead)
        {
            packets++;
            if (Innermost(Packet.ParsePacket(device.LinkType, capture.Data.ToArray()).Extract<IPPacket>()) is not { } ip)
                continue;
            var (sourcePort, destinationPort, payload, sequence, timestamp) = ip.PayloadPacket switch
            {
                TcpPacket tcp => (tcp.SourcePort, tcp.DestinationPort, ip.PayloadLength - (tcp.DataOffset * 4), tcp.SequenceNumber, TimestampValue(tcp)),
                UdpPacket udp => (udp.SourcePort, udp.DestinationPort, udp.Length - UdpHeader.Length, 0U, 0U),
                _ => ((ushort)0, (ushort)0, ip.PayloadLength, 0U, 0U),
            };
            var key = (ip.SourceAddress, ip.DestinationAddress, sourcePort, destinationPort, ip.Protocol);
            if (!flows.TryGetValue(key, out var number))
                flows[key] = number = flows.Count + 1;
            sum += sequence + (uint)payload + (ulong)timestamp + ((ulong)number * 31);
        }

        Console.WriteLine(FormattableString.Invariant($"{packets} {flows.Count} {sum} {watch.Elapsed.TotalNanoseconds:F0} {Environment.CpuUsage.TotalTime.TotalNanoseconds:F0}"));
        return 0;
    }

    // PacketDotNet knows no VXLAN: what is inside is another frame.
    private static IPPacket? Innermost(IPPacket? ip)
    {
        while (ip?.PayloadPacket is UdpPacket { DestinationPort: 4789 or 8472 } udp && udp.PayloadData is { Length: > VxlanLength } payload)
            ip = Packet.ParsePacket(LinkLayers.Ethernet, payload[VxlanLength..]).Extract<IPPacket>();
        return ip;
    }

    private static uint TimestampValue(TcpPacket tcp) => tcp.Options.Length == 0 ? 0 : TcpOptions.Read(tcp.Options).TimestampValue;
}
