using System.Text.RegularExpressions;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Forwarding;

/// <summary>The kernel's own account of which rules each packet met, by node: truth/trace-NODE.txt.</summary>
internal static partial class KernelTrace
{
    /// <summary>Each packet that a node traced: every rule that matched and every policy, in order, as <c>table chain text</c>.</summary>
    public static IReadOnlyList<TracedPacket> Read(string bundle)
    {
        var packets = new List<TracedPacket>();
        foreach (var file in Directory.GetFiles(Path.Combine(TestData.Folder, "bundles", bundle, "truth"), "trace-*.txt"))
        {
            var node = Path.GetFileNameWithoutExtension(file)["trace-".Length..];
            if (NftTrace.Is(file))
            {
                packets.AddRange(NftTrace.Read(File.ReadLines(file), node));
                continue;
            }

            TracedPacket? current = null;
            var isCopy = false;
            foreach (var line in File.ReadLines(file))
            {
                // The rule that switches tracing on is the first a packet meets.
                if (Packet().Match(line) is { Success: true } p)
                {
                    var ttl = int.Parse(p.Groups[6].Value);
                    if (!line.StartsWith("PACKET: 1", StringComparison.Ordinal))
                    {
                        // While a capture runs on the bridge, a copy of what was switched goes up to the host and is routed: its TTL gives it away.
                        isCopy = isCopy ? line.Contains("IN=", StringComparison.Ordinal) && current?.LastTtl > ttl : current is { WasBridged: true } && current.LastTtl > ttl;
                        if (!isCopy && current is not null)
                            (current.LastTtl, current.WasBridged) = (ttl, line.StartsWith("PACKET: 2", StringComparison.Ordinal) && !line.Contains("IN=", StringComparison.Ordinal));
                        continue;
                    }

                    isCopy = false;
                    var flags = (line.Contains(" SYN", StringComparison.Ordinal) ? "S" : "") + (line.Contains(" ACK", StringComparison.Ordinal) ? "A" : "");
                    packets.Add(current = new TracedPacket(node, (p.Groups[1].Value, int.Parse(p.Groups[4].Value)), (p.Groups[2].Value, int.Parse(p.Groups[5].Value)), flags, []) { LastTtl = ttl });
                }
                else if (Rule().Match(line) is { Success: true } r)
                {
                    if (!isCopy)
                        current?.Events.Add($"{r.Groups[1]} {r.Groups[2]} {r.Groups[3].Value.Trim()}");
                }
                else if (Policy().Match(line) is { Success: true } c && c.Groups[1].Value != "labtrace")
                {
                    if (!isCopy)
                        current?.Events.Add($"{c.Groups[1]} {c.Groups[2]} policy {c.Groups[3]}");
                }
            }
        }

        return packets;
    }

    [GeneratedRegex(@"^PACKET:.* SRC=(\S+) DST=(\S+) .*?TTL=(?<6>\d+) ID=(\d+) .*?SPORT=(\d+) DPORT=(\d+)")]
    private static partial Regex Packet();

    [GeneratedRegex(@"TRACE: \S+ \S+ (\w+):(\S+?):rule:0x\w+:\S+\s+-[46] -t \w+ (-A .*)$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"TRACE: \S+ \S+ (\w+):(\S+?):policy:(\w+)")]
    private static partial Regex Policy();
}

/// <param name="Flags">S and A, where the packet has SYN and ACK.</param>
internal sealed record TracedPacket(string Node, (string Address, int Port) Source, (string Address, int Port) Destination, string Flags, List<string> Events)
{
    public int LastTtl { get; set; }

    /// <summary>The last rule or policy dropped it.</summary>
    public bool IsDropped { get; set; }

    /// <summary>The last hook was POSTROUTING inside a bridge, which has no input device.</summary>
    public bool WasBridged { get; set; }
}
