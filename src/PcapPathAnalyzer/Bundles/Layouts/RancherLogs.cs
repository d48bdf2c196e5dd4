using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>The logs collector of Rancher v2 (rancherlabs/support-tools): commands run together, no extensions.</summary>
internal sealed partial class RancherLogs : IBundleLayout
{
    public string Name => "Rancher logs collector";

    public string? RootOf(string path) => LayoutPaths.Before(path, "networking/iptablessave", "networking/ip6tablessave", "networking/ipaddrshow", "networking/ipneighbour");

    public LayoutPlace Place(string relative) => LayoutPlace.DumpIf(NetworkFile().IsMatch(relative));

    /// <summary><c>NODE-2026-08-21_10_15_00</c>.</summary>
    public string? NodeOf(string rootName) => ArchiveName().Match(rootName) is { Success: true } m ? m.Groups["node"].Value : null;

    // Of the many listings of sockets one, of iptables the one that can be loaded again.
    [GeneratedRegex("^networking/(ip6?tablessave|nft_ruleset|ipaddrshow|ipv6addrshow|iproute|ipv6route|ipneighbour|ipv6neighbour|iprule|ipv6rule|iplinkshow|ipvsadm|ssanp|sstunlp4|sstunlp6)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NetworkFile();

    [GeneratedRegex(@"^(?<node>.+)-\d{4}-\d{2}-\d{2}_\d{2}_\d{2}_\d{2}", RegexOptions.None, 1000)]
    private static partial Regex ArchiveName();
}
