using BenchmarkDotNet.Attributes;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>Decoding one frame of each kind; nothing may be allocated.</summary>
[MemoryDiagnoser]
public class HeaderBenchmarks
{
    private const string Macs = "0242c0a8380b0242c0a8380c";
    private const string Tcp = "9c401f9000000001000000025010ffff00000000";
    private const string Udp = "d903003500140000";
    private static readonly string Ipv4Tcp = Ip(6, Tcp, "0a0001050a000107");
    private static readonly string Ipv4Udp = Ip(17, Udp + "000102030405060708090a0b", "0a0001050a000107");
    private static readonly string Ipv6Tcp = "6000000000140640" + "fd000000000000000000000000000001" + "fd000000000000000000000000000002" + Tcp;

    private readonly FrameDecoder decoder = new();
    private readonly DecodedFrame decoded = new();
    private byte[] frame = [];

    [Params("ipv4-tcp", "ipv4-udp", "ipv6-tcp", "vlan-ipv4-tcp", "vxlan-ipv4-tcp", "arp")]
    public string Kind { get; set; } = "";

    [GlobalSetup]
    public void Setup() => frame = Convert.FromHexString(Kind switch
    {
        "ipv4-tcp" => Macs + "0800" + Ipv4Tcp,
        "ipv4-udp" => Macs + "0800" + Ipv4Udp,
        "ipv6-tcp" => Macs + "86dd" + Ipv6Tcp,
        "vlan-ipv4-tcp" => Macs + "8100000a0800" + Ipv4Tcp,
        "vxlan-ipv4-tcp" => Macs + "0800" + Ip(17, "d90312b5" + (8 + 8 + 14 + (Ipv4Tcp.Length / 2)).ToString("x4", System.Globalization.CultureInfo.InvariantCulture) + "0000" + "0800000000000100" + Macs + "0800" + Ipv4Tcp, "c0a8380bc0a8380c"),
        _ => Macs + "0806" + "0001080006040001" + "0242c0a8380c" + "0a000105" + "000000000000" + "0a000107",
    });

    [Benchmark]
    public int Decode()
    {
        decoder.Decode(LinkType.Ethernet, frame, frame.Length, decoded);
        return decoded.Count;
    }

    // The header checksum is left 0: it is verified all the same.
    private static string Ip(int protocol, string payload, string addresses) =>
        "4500" + (20 + (payload.Length / 2)).ToString("x4", System.Globalization.CultureInfo.InvariantCulture) + "00014000" + "40" + protocol.ToString("x2", System.Globalization.CultureInfo.InvariantCulture) + "0000" + addresses + payload;
}
