using System.Collections.Frozen;

namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>The command that a heading names, without what only led to it: a path, sudo, a network namespace, a container.</summary>
/// <param name="Text">The command itself: <c>ip -d link</c>.</param>
/// <param name="NetworkNamespace">The namespace it ran in (<c>ip netns exec NAME …</c>); null where none is named.</param>
internal readonly record struct CommandLine(string Text, string? NetworkNamespace)
{
    /// <summary>True for a command that prints nothing the program reads.</summary>
    public bool IsUnknown { get; init; }

    private static readonly FrozenSet<string> Programs = new[]
    {
        "ip", "bridge", "ss", "netstat", "route", "arp", "ifconfig", "sysctl", "conntrack", "nft", "ipset", "ipvsadm", "brctl", "ebtables", "arptables", "tc",
        "iptables", "iptables-save", "iptables-legacy", "iptables-legacy-save", "iptables-nft", "iptables-nft-save",
        "ip6tables", "ip6tables-save", "ip6tables-legacy", "ip6tables-legacy-save", "ip6tables-nft", "ip6tables-nft-save",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Objects = new[]
    {
        "a", "ad", "add", "addr", "address", "l", "li", "link", "r", "ro", "route", "n", "ne", "nei", "neigh", "neighbor", "neighbour", "ru", "rule", "netns", "maddr",
        "mroute", "tunnel", "tuntap", "xfrm", "nexthop", "ntable", "vrf", "fdb", "vlan", "vni", "mdb", "-s", "macsec", "tcpmetrics", "token", "netconf", "mptcp",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>True for the name of a program that prints network state, or of one that runs others.</summary>
    public static bool IsProgram(ReadOnlySpan<char> name) =>
        Programs.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name) || name is "sudo" or "cat" or "kubectl" or "docker" or "nsenter" or "crictl" or "podman" or "lxc" or "ssh" or "timeout";

    /// <summary>True where the text is a command that prints network state.</summary>
    public static bool TryParse(string text, out CommandLine command)
    {
        command = default;
        if (text.Length > 400)
            return false;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        string? netns = null;
        var end = words.FindIndex(static w => w is "|" or ";" or "&&" or "||" or ">" or "2>&1" or "2>/dev/null" or "#");
        if (end >= 0)
            words.RemoveRange(end, words.Count - end);
        if (words.Count > 0)
            words[^1] = words[^1].TrimEnd(';', '`', ':');
        while (words.Count > 0 && Lead(words, ref netns) is var lead and > 0)
            words.RemoveRange(0, Math.Min(lead, words.Count));
        if (words.Count == 0)
            return false;
        words[0] = words[0][(words[0].LastIndexOf('/') + 1)..];
        var known = words[0] switch
        {
            "ip" or "bridge" => words.Skip(1).Any(Objects.Contains),
            "cat" or "head" => words.Count > 1 && (words[1].StartsWith("/proc/", StringComparison.Ordinal) || words[1].StartsWith("/etc/cni/", StringComparison.Ordinal)),
            // Files of settings begin with prose: "# sysctl settings are defined through files in".
            "sysctl" => words.Count == 1 || words[1][0] == '-' || words[1].Contains('.', StringComparison.Ordinal),
            _ => Programs.Contains(words[0]),
        };
        if (!known)
            return false;
        command = new CommandLine(string.Join(' ', words), netns ?? OptionNetns(words));
        return true;
    }

    // How many words at the front lead to the command proper.
    private static int Lead(List<string> words, ref string? netns)
    {
        switch (words[0])
        {
            case "sudo" or "timeout" or "time" or "nice" or "env" or "--" or "-E" or "-n": return words[0] is "timeout" ? 2 : 1;
            case "nsenter" or "kubectl" or "docker" or "crictl" or "podman" or "chroot" or "ssh" or "lxc":
                netns ??= words[0] is "nsenter" ? NsenterNetns(words) : null;
                var dashes = words.IndexOf("--");
                if (dashes > 0)
                    return dashes + 1;
                // Without "--" the command begins at the first word that is one.
                var program = words.FindIndex(1, static w => Programs.Contains(w[(w.LastIndexOf('/') + 1)..]));
                return program > 0 ? program : 0;
            case var first when first.Contains('=', StringComparison.Ordinal) && char.IsAsciiLetter(first[0]): return 1;
            case "ip" when words.Count > 4 && words[1] is "netns" && words[2] is "exec":
                netns = words[3];
                return 4;
            default: return 0;
        }
    }

    // `nsenter --net=/run/netns/NAME …`, `nsenter -t PID -n …` (nsenter(1)). Process 1 is in the host's own namespace.
    private static string? NsenterNetns(List<string> words)
    {
        string? target = null;
        var isNet = false;
        for (var i = 1; i < words.Count && words[i] is ['-', _, ..] and not "--"; i++)
        {
            var (option, value) = words[i].Split('=', 2) is [var name, var given] ? (name, given) : (words[i], null);
            isNet |= option is "-n" or "--net" or "-a" or "--all";
            if (option is "-n" or "--net" && value is not null)
                return value[(value.LastIndexOf('/') + 1)..];
            if (option is "-t" or "--target")
                target = value ?? (i + 1 < words.Count ? words[++i] : null);
        }

        return isNet && target is not (null or "1") ? "pid-" + target : null;
    }

    private static string? OptionNetns(List<string> words)
    {
        var at = words[0] switch
        {
            "ip" or "bridge" => words.FindIndex(static w => w is "-n" or "-netns"),
            "ss" => words.FindIndex(static w => w is "-N" or "--net"),
            _ => -1,
        };
        return at > 0 && at + 1 < words.Count ? words[at + 1] : null;
    }
}
