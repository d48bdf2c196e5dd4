using System.ComponentModel;
using System.Diagnostics;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>Runs tshark over a whole file in one process, with every protocol off that the decoder does not know, so that each frame stands for itself.</summary>
internal sealed class Tshark : IDisposable
{
    private static readonly string[] Protocols =
    [
        "frame", "eth", "ethertype", "eth_maybefcs", "eth_withfcs", "eth_withoutfcs", "vlan", "ieee8021ad", "arp", "ip", "ipv6", "ipv6.hopopts", "ipv6.routing",
        "ipv6.fraghdr", "ipv6.dstopts", "tcp", "udp", "udplite", "icmp", "icmpv6", "sctp", "igmp", "esp", "ah", "gre", "erspan", "vxlan", "vxlan_gpe", "geneve",
        "mpls", "pwethheuristic", "pppoes", "pppoed", "ppp", "ppp_hdlc", "chdlc", "null", "raw", "sll", "llc", "_ws.malformed", "_ws.short", "mobile_ipv6", "mipv6", "hip", "shim6",
    ];

    // Linux's own default port, which flannel keeps; tshark knows only IANA's.
    private const string LinuxVxlan = "udp.port==8472,vxlan";

    private readonly string configuration = ScratchFolder.Create("tshark");

    private Tshark()
    {
    }

    /// <summary>Null where tshark is not there.</summary>
    public static Tshark? Start()
    {
        var tshark = new Tshark();
        try
        {
            var keep = Protocols.ToHashSet(StringComparer.Ordinal);
            var known = tshark.Run("-G", "protocols").Select(static line => line.Split('\t')).Where(static parts => parts.Length >= 3).Select(static parts => parts[2]);
            File.WriteAllLines(Path.Combine(tshark.configuration, "disabled_protos"), known.Where(name => !keep.Contains(name)));
            File.WriteAllLines(
                Path.Combine(tshark.configuration, "preferences"),
                [
                    "ip.defragment: FALSE", "ipv6.defragment: FALSE", "tcp.desegment_tcp_streams: FALSE", "tcp.relative_sequence_numbers: FALSE",
                    "tcp.analyze_sequence_numbers: FALSE", "udp.process_info: FALSE", "ip.use_geoip: FALSE", "sctp.reassembly: FALSE",
                ]);
            return tshark;
        }
        catch (Win32Exception)
        {
            tshark.Dispose();
            return null;
        }
    }

    /// <summary>A row per frame, a column per field, values of a field that occurs more than once joined by commas.</summary>
    public IEnumerable<string[]> Fields(string path, IEnumerable<string> fields) =>
        Run(["-n", "-r", path, "-d", LinuxVxlan, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,", "-E", "separator=/t", .. fields.SelectMany(static field => new[] { "-e", field })])
            .Select(static line => line.Split('\t'));

    public void Dispose() => Directory.Delete(configuration, recursive: true);

    private List<string> Run(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("tshark", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["WIRESHARK_CONFIG_DIR"] = configuration;
        start.Environment["TZ"] = "UTC";
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var lines = new List<string>();
        while (process.StandardOutput.ReadLine() is { } line)
            lines.Add(line);
        process.WaitForExit();
        return lines;
    }
}
