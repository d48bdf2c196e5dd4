using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Iptables.Writing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>
/// What a rule asks of a packet and dumps cannot tell. The kernel gives everyone who asks the same answer while nothing has changed that it depends on:
/// a way forks once over it, and later rules get the answer that the way took for granted.
/// </summary>
/// <param name="Place">The namespace that asks, and where the question is about a set of one table, the table.</param>
/// <param name="Text">As the rule spells it, without a negation that answers the opposite.</param>
/// <param name="Subject">What of the packet the answer depends on.</param>
internal readonly record struct OpenQuestion(string Place, string Text, PacketState Subject)
{
    // The rest (limit, hashlimit, quota, recent, connlimit, connbytes, statistic, rateest, cpu) may be answered otherwise the next time; of what is not known that has to be feared.
    private static readonly HashSet<string> OfEndpoints = ["", "tcp", "udp", "sctp", "udplite", "multiport", "mac", "owner", "cgroup", "socket", "time", "eui64"];
    private static readonly HashSet<string> OfHeaders = ["icmp", "icmp6", "length", "conntrack", "state", "connmark", "string", "u32", "helper", "cluster", "osf", "esp", "ah", "ipcomp", "ipv4options"];
    private static readonly HashSet<string> OfWholePacket = ["rpfilter", "addrtype", "bpf", "policy", "devgroup", "realm"];

    /// <summary>Null where the next asking may be answered otherwise.</summary>
    public static OpenQuestion? Of(NetworkNamespace ns, RuleMatch match, PacketState packet) => match switch
    {
        // Marks and devices are in sets of several fields alone.
        SetMatch { Options.Count: 0, Directions.Count: 1 } => new OpenQuestion(ns.Name, Spelled(match), Endpoints(packet)),
        SetMatch { Options.Count: 0 } => new OpenQuestion(ns.Name, Spelled(match), Endpoints(packet) with { Mark = packet.Mark, In = packet.In, Out = packet.Out }),
        _ when OfEndpoints.Contains(match.Extension) => new OpenQuestion(ns.Name, Spelled(match), Endpoints(packet)),
        _ when OfHeaders.Contains(match.Extension) => new OpenQuestion(ns.Name, Spelled(match), Headers(packet)),
        _ when OfWholePacket.Contains(match.Extension) => new OpenQuestion(ns.Name, Spelled(match), Whole(packet)),
        _ => null,
    };

    /// <summary>Who sends what to whom: nothing but a translation changes it.</summary>
    public static PacketState Endpoints(PacketState packet) => new()
    {
        Tuple = packet.Tuple,
        SourcePorts = packet.SourcePorts,
        DestinationPorts = packet.DestinationPorts,
        TcpFlags = packet.TcpFlags,
        SourceMac = packet.SourceMac,
    };

    /// <summary>What it is on the wire, and whose connection's.</summary>
    public static PacketState Headers(PacketState packet) => Whole(packet) with { Mark = 0, In = null, Out = null, PhysicalIn = null, PhysicalOut = null };

    public static PacketState Whole(PacketState packet) => packet with { Given = PacketState.NothingGiven };

    /// <summary>True where the condition holds if the question is answered with no.</summary>
    public static bool IsNegated(RuleMatch match) => match.Extension switch
    {
        // What has no frame or no socket answers no both ways (xt_mac.c, xt_cgroup.c).
        "mac" or "cgroup" => false,
        "owner" => match.Text.Contains("! --", StringComparison.Ordinal) && match.Text.IndexOf("--", StringComparison.Ordinal) == match.Text.LastIndexOf("--", StringComparison.Ordinal),
        _ => match.Negated,
    };

    private static string Spelled(RuleMatch match)
    {
        var (word, value) = MatchText.Of(match);
        var isNegated = IsNegated(match);
        return word.Length == 0
            ? isNegated ? value.Replace("! ", "", StringComparison.Ordinal) : value
            : $"{match.Extension} {(match.Negated && !isNegated ? "! " : "")}{word} {value}";
    }
}
