using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>
/// An account of dumps that does not ask the readers: lines that, by their look alone, are an entry of a kind. Each of
/// them has to be cited by a record of that kind or by a problem.
/// </summary>
internal static partial class LineCount
{
    /// <summary>The kinds of record a line may be by its look; none where it says nothing.</summary>
    public static string[] KindsOf(string line)
    {
        if (IptablesRule().IsMatch(line) || IptablesRow().IsMatch(line))
            return ["iptables-rule"];
        if (IpSetMember().IsMatch(line))
            return ["ipset-member"];
        if (Link().IsMatch(line))
            return ["link"];
        if (Rule().IsMatch(line))
            return ["rule"];
        if (Address().IsMatch(line))
            return ["address"];
        if (Conntrack().IsMatch(line))
            return ["conntrack"];
        if (Fdb().IsMatch(line))
            return ["fdb"];
        if (Socket().IsMatch(line))
            return ["socket"];
        if (Sysctl().IsMatch(line))
            return ["sysctl"];
        if (Neighbour().IsMatch(line))
            return ["neighbour"];
        return Route().IsMatch(line) ? ["route", "neighbour"] : [];
    }

    [GeneratedRegex(@"^(\[\d+:\d+\] )?-A \S+ -")]
    private static partial Regex IptablesRule();

    [GeneratedRegex(@"^ *\d+[KMGT]? +\d+[KMGT]? +[A-Za-z][\w-]+ +!?(all|tcp|udp|icmp|\d+) +")]
    private static partial Regex IptablesRow();

    [GeneratedRegex(@"^add \S+ [0-9a-f.:/,]+")]
    private static partial Regex IpSetMember();

    [GeneratedRegex(@"^\d+: \S+: <")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\d+:\s+(not )?from ")]
    private static partial Regex Rule();

    [GeneratedRegex(@"\s(inet [0-9.]+/|inet6 [0-9a-f:]+/)")]
    private static partial Regex Address();

    [GeneratedRegex(@" src=\S+ dst=.* src=\S+ dst=")]
    private static partial Regex Conntrack();

    [GeneratedRegex("^([0-9a-f]{2}:){5}[0-9a-f]{2} .*(dev|master|dst|self)")]
    private static partial Regex Fdb();

    [GeneratedRegex(@"^(tcp|udp)6? +(\d+|[A-Z]+)")]
    private static partial Regex Socket();

    [GeneratedRegex(@"^net\.\S+ = ")]
    private static partial Regex Sysctl();

    [GeneratedRegex(@"^[0-9a-f.:]+ dev \S+ .*(lladdr|FAILED|INCOMPLETE)")]
    private static partial Regex Neighbour();

    [GeneratedRegex(@"^((local|broadcast|multicast|anycast|unreachable|blackhole|prohibit|throw|unicast) )?(default|\d+\.\d+\.\d+\.\d+(/\d+)?|[0-9a-f]*:[0-9a-f:]*(/\d+)?) (via|dev|nhid) ")]
    private static partial Regex Route();
}
