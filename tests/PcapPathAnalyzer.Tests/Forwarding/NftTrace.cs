using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Tests.Forwarding;

/// <summary>The kernel's account as <c>nft monitor trace</c> prints it: a packet's line at each base chain, then the rules it met there.</summary>
internal static partial class NftTrace
{
    public static bool Is(string file) => File.ReadLines(file).FirstOrDefault()?.StartsWith("trace id ", StringComparison.Ordinal) == true;

    /// <summary>Each packet once, with every rule that matched and every policy in order; its IP identification tells its lines at all hooks.</summary>
    /// <param name="node">The namespace that was traced.</param>
    /// <param name="tracing">The table that switches tracing on: its own rules do not count.</param>
    public static List<TracedPacket> Read(IEnumerable<string> lines, string node, string tracing = "labtrace")
    {
        var packets = new List<TracedPacket>();
        var byIdentity = new Dictionary<string, TracedPacket>();
        var byTrace = new Dictionary<string, TracedPacket>();
        foreach (var line in lines)
        {
            if (Packet().Match(line) is { Success: true } p)
            {
                // Answers to a SYN all have identification 0: the table that switches tracing on is where a packet begins.
                var identity = $"{p.Groups["id"]} {p.Groups["proto"]}";
                if (p.Groups["table"].Value == tracing || !byIdentity.TryGetValue(identity, out var packet))
                {
                    packet = new TracedPacket(node, (p.Groups["src"].Value, int.Parse(p.Groups["sport"].Value)), (p.Groups["dst"].Value, int.Parse(p.Groups["dport"].Value)), Flags(line), []);
                    byIdentity[identity] = packet;
                    packets.Add(packet);
                }

                byTrace[p.Groups["trace"].Value] = packet;
            }
            else if (Event().Match(line) is { Success: true } e && e.Groups["table"].Value != tracing && byTrace.TryGetValue(e.Groups["trace"].Value, out var packet))
            {
                var text = e.Groups["rule"].Success ? e.Groups["rule"].Value.Trim() : $"policy {e.Groups["policy"].Value.ToUpperInvariant()}";
                packet.IsDropped = e.Groups["verdict"].Value == "drop" || e.Groups["policy"].Value == "drop";
                packet.Events.Add($"{e.Groups["family"]} {e.Groups["table"]} {e.Groups["chain"]} {text}");
            }
        }

        return packets;
    }

    // nft prints combinations of flags as a number: SYN 0x2, ACK 0x10.
    private static string Flags(string line)
    {
        if (TcpFlags().Match(line) is not { Success: true } m)
            return "";
        var bits = m.Groups[1].Value switch { "syn" => 2, "ack" => 16, ['0', 'x', .. var hex] => Convert.ToInt32(hex, 16), _ => 0 };
        return ((bits & 2) != 0 ? "S" : "") + ((bits & 16) != 0 ? "A" : "");
    }

    [GeneratedRegex(@"^trace id (?<trace>\S+) \S+ (?<table>\S+) \S+ packet: .*ip saddr (?<src>\S+) ip daddr (?<dst>\S+) .*?ip id (?<id>\d+) .*?(?<proto>tcp|udp) sport (?<sport>\d+) (tcp|udp) dport (?<dport>\d+)")]
    private static partial Regex Packet();

    [GeneratedRegex(@"^trace id (?<trace>\S+) (?<family>\S+) (?<table>\S+) (?<chain>\S+) ((rule (?<rule>.*)|unknown rule (?<rule>handle \d+)) \(verdict (?<verdict>[^()]*)\)|policy (?<policy>\w+)\b.*)\s*$")]
    private static partial Regex Event();

    [GeneratedRegex(@"tcp flags == (\S+)")]
    private static partial Regex TcpFlags();
}
