namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary><c>antctl supportbundle</c> (antrea-io/antrea, pkg/support): an archive per agent, files without extensions at its top.</summary>
internal sealed class AntreaBundle : IBundleLayout
{
    private static readonly HashSet<string> Dumps = ["iptables", "ipset", "nftables", "rule", "route", "link", "address", "route-table-all", "neigh"];

    public string Name => "Antrea support bundle";

    public string? RootOf(string path) => LayoutPaths.Before(path, "route-table-all", "ovsports", "agentinfo");

    public LayoutPlace Place(string relative) => LayoutPlace.DumpIf(Dumps.Contains(relative));

    /// <summary><c>agent_NODE</c>.</summary>
    public string? NodeOf(string rootName) => rootName.StartsWith("agent_", StringComparison.Ordinal) ? rootName["agent_".Length..] : null;
}
