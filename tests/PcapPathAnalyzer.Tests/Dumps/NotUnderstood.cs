using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Lines in files of dumps that no reader has to understand, by their text, each with the reason.</summary>
internal static class NotUnderstood
{
    private static readonly (string Pattern, string Reason)[] Reasons =
    [
        (@"^(tcp|udp)6? +\d+ +\d+ +\S*[a-z]{2,}\S*:", "a name in place of an address: netstat without -n"),
        (@"^_?gateway +ether", "a name in place of an address: arp without -n"),
        (@"^default +_?gateway ", "a name in place of an address: route without -n"),
        (@"(dev|lladdr|metric)$|^\d+\.\d+\.\d+$|^umrxqueues|^Message truncated|bad command or file name", "broken on purpose, to test other parsers"),
        (@"<---|→|←|^\.\.\.$|^\(\.\.\.\)$", "an author's remark"),
        (@"^\d{4}( BIRD|-|$)|\[(kernel|static|direct|Mesh|Global)", "output of BIRD"),
        (@"^\s*(\d+\. )?[A-Z][A-Za-z-]*[ :=]", "prose, a title, or the output of another program"),
        (@"^\S+# (ls|curl|ping|export) |^l[rwx]{9} |^oc get|^docker exec|^# (ip netns exec \S+ /bin|export)|^sudo -i", "a command typed in a shell, or the output of one"),
        (@"^default +(\S+ ){2}|^  TCP |^ETag", "prose, a title, or the output of another program"),
        ("^#kernel|^Ip:|^TcpExt:|^Kernel Interface table|^IPv6/IPv4 Group|^error parsing /proc|^exec of ", "counters, group memberships or an error message: no state that a packet's way depends on"),
        (@"--mac-source (XX|xx):|MAC (XX|xx):", "a MAC address that its owner hid"),
        (@"^\.\.\.$|^\s*-j KUBE-SEP| -j$|^\s*- If this node|-j %d|--dport %d| # ", "an excerpt or a format of an author, not what a command printed"),
        ("^(sos|insights)_commands/|^/etc/NetworkManager|^Error: Option|^iptables v", "a path or a message in place of output"),
    ];

    /// <summary>Null where there is no reason for a problem.</summary>
    public static string? Reason(PcapPathAnalyzer.Diagnostics.Problem problem, string line) =>
        problem.Message.Contains("is not in the dump of table", StringComparison.Ordinal) || problem.Message.StartsWith("the dump ends here", StringComparison.Ordinal)
            ? "a part of a ruleset"
            : Reason(line);

    /// <summary>Null where there is no reason.</summary>
    public static string? Reason(string line) => Array.Find(Reasons, r => Regex.IsMatch(line, r.Pattern, RegexOptions.None, TimeSpan.FromSeconds(1))).Reason;
}
