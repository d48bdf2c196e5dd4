using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary><c>sos report</c> (sosreport/sos, plugins networking, firewall_tables, conntrack): a file per command, named after it.</summary>
internal sealed partial class SosReport : IBundleLayout
{
    public string Name => "sos report";

    public string? RootOf(string path) => LayoutPaths.Before(path, "sos_commands/");

    public LayoutPlace Place(string relative)
    {
        // Since sos 4.6 a folder per network namespace, before that only the command's name says it; conntrack still does.
        if (NamespaceFolder().Match(relative) is { Success: true } folder)
            return new LayoutPlace(IsDump(Command().Replace(folder.Groups["file"].Value, "")), folder.Groups["ns"].Value);
        if (NamespaceCommand().Match(relative) is { Success: true } command)
            return new LayoutPlace(IsDump(command.Groups["file"].Value), command.Groups["ns"].Value);
        return LayoutPlace.DumpIf(NodeFile().Match(relative) is { Success: true } node && IsDump(node.Groups["file"].Value));
    }

    /// <summary><c>sosreport-NODE-2026-08-21-abcdefg</c>, <c>sosreport-NODE-CASE-2026-08-21-abcdefg</c>: the case cannot be told from the node.</summary>
    public string? NodeOf(string rootName) => ReportName().Match(rootName) is { Success: true } m ? m.Groups["node"].Value : null;

    // nstat and ethtool speak of counters, `ip route show cache` of a cache that is no table.
    private static bool IsDump(string command) => LayoutPaths.IsNetworkCommand(command) && !command.Contains("show_cache", StringComparison.Ordinal);

    [GeneratedRegex(@"^sos_commands/networking/namespaces/(?<ns>[^/]+)/(?<file>[^/]+)$", RegexOptions.None, 1000)]
    private static partial Regex NamespaceFolder();

    [GeneratedRegex(@"^ip_netns_exec_[^/]*?_(?=ip_|ip6?tables|ss_|sysctl|conntrack|bridge|nft|netstat|nstat|ethtool)", RegexOptions.None, 1000)]
    private static partial Regex Command();

    [GeneratedRegex(@"^sos_commands/[^/]+/ip_netns_exec_(?<ns>[^/]+?)_(?<file>(ip_|ip6?tables|ss_|sysctl|conntrack|bridge|nft|netstat|nstat|ethtool)[^/]*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamespaceCommand();

    [GeneratedRegex(@"^sos_commands/(networking|firewall_tables|conntrack|kernel|ipset)/(?<file>[^/]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NodeFile();

    [GeneratedRegex(@"^sosreport-(?<node>.+?)-\d{4}-\d{2}-\d{2}", RegexOptions.None, 1000)]
    private static partial Regex ReportName();
}
