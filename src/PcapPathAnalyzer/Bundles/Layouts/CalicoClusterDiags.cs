using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary><c>calicoctl cluster diags</c> (projectcalico/calico, calicoctl/commands/cluster/diags.go): a folder per node.</summary>
internal sealed partial class CalicoClusterDiags : IBundleLayout
{
    public string Name => "calicoctl cluster diags";

    public string? RootOf(string path) => NodeFile().Match(path) is { Success: true } m ? m.Groups["root"].Value : null;

    public LayoutPlace Place(string relative) => LayoutPlace.DumpIf(Dump().IsMatch(relative));

    public string? NodeOf(string rootName) => rootName;

    // Files that a folder called nodes/NAME of a hand-made bundle is unlikely to have.
    [GeneratedRegex(@"^(?<root>(.*/)?nodes/[^/]+)/(iptables-(legacy|nft)-save|nft-ruleset|ip-route-v6|ipset-list|conntrack-list)\.txt$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NodeFile();

    [GeneratedRegex(@"^(iptables-(legacy|nft)-save|nft-ruleset|ip-(route|route-v6|rule|addr|link|neigh)|ipset-list|conntrack-list)\.txt$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Dump();
}
