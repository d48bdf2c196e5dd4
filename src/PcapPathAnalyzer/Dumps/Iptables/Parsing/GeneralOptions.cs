using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>What an option brings in.</summary>
internal enum LoadKind
{
    Match,
    Jump,
    Goto,
}

/// <summary>The options that every rule has without an extension (iptables(8), PARAMETERS).</summary>
internal static class GeneralOptions
{
    public static readonly Extension Extension = Extension.Each(
        "",
        ("-s", 1, Address), ("--source", 1, Address), ("--src", 1, Address), ("-d", 1, Address), ("--destination", 1, Address), ("--dst", 1, Address),
        ("-i", 1, Interface), ("--in-interface", 1, Interface), ("-o", 1, Interface), ("--out-interface", 1, Interface),
        ("-p", 1, Protocol), ("--protocol", 1, Protocol), ("--proto", 1, Protocol),
        ("-f", 0, Fragment), ("--fragment", 0, Fragment));

    /// <summary>Options that say nothing about packets, with their arguments: family, waiting, output, <c>-c PACKETS BYTES</c>.</summary>
    public static readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Ignored = new Dictionary<string, int>
    {
        ["-4"] = 0, ["--ipv4"] = 0, ["-6"] = 0, ["--ipv6"] = 0, ["-w"] = 0, ["--wait"] = 0, ["-n"] = 0, ["--numeric"] = 0, ["-v"] = 0, ["--verbose"] = 0,
        ["-c"] = 2, ["--set-counters"] = 2, ["-t"] = 1, ["--table"] = 1,
    }.GetAlternateLookup<ReadOnlySpan<char>>();

    public static LoadKind? Loads(ReadOnlySpan<char> word) => word switch
    {
        "-m" or "--match" => LoadKind.Match,
        "-j" or "--jump" => LoadKind.Jump,
        "-g" or "--goto" => LoadKind.Goto,
        _ => null,
    };

    /// <summary>The extension that <c>-p</c> brings with it.</summary>
    public static Extension? Implied(IpProtocol? protocol)
    {
        var name = protocol switch
        {
            IpProtocol.Tcp => "tcp",
            IpProtocol.Udp => "udp",
            IpProtocol.UdpLite => "udplite",
            IpProtocol.Sctp => "sctp",
            (IpProtocol)33 => "dccp",
            IpProtocol.Icmp => "icmp",
            IpProtocol.Icmpv6 => "icmp6",
            IpProtocol.Esp => "esp",
            IpProtocol.Ah => "ah",
            IpProtocol.MobilityHeader => "mh",
            _ => null,
        };
        return name is not null && Extensions.Matches.TryGetValue(name, out var extension) ? extension : null;
    }

    private static AddressMatch? Address(RuleOption o) =>
        RuleValues.TryAddress(o.Value, out var prefix, out var mask)
            ? new AddressMatch(o.Word is "-s" or "--source" or "--src", prefix, mask) { Negated = o.Negated, Text = o.Text }
            : null;

    private static InterfaceMatch? Interface(RuleOption o) =>
        o.Value.Length == 0 ? null : new InterfaceMatch(o.Word is "-i" or "--in-interface", o.Value) { Negated = o.Negated, Text = o.Text };

    private static ProtocolMatch? Protocol(RuleOption o)
    {
        if (o.Value is "all" or "ALL" or "0")
            return new ProtocolMatch(null) { Negated = o.Negated, Text = o.Text };
        if (ProtocolNames.TryParse(o.Value, out var protocol))
            return new ProtocolMatch(protocol) { Negated = o.Negated, Text = o.Text };
        return null;
    }

    private static FragmentMatch Fragment(RuleOption o) => new() { Negated = o.Negated, Text = o.Text };
}
