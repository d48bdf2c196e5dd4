using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary><c>calicoctl node diags</c> (projectcalico/calico, calicoctl/commands/node/diags.go).</summary>
internal sealed partial class CalicoNodeDiags : IBundleLayout
{
    public string Name => "calicoctl node diags";

    public string? RootOf(string path) => LayoutPaths.Before(path, "diagnostics/ipv4_route", "diagnostics/ipv4_addr", "diagnostics/ipv4_tables");

    public LayoutPlace Place(string relative) => LayoutPlace.DumpIf(Dump().IsMatch(relative));

    /// <summary><c>diags-20260821_101500</c> does not name the node.</summary>
    public string? NodeOf(string rootName) => null;

    [GeneratedRegex("^diagnostics/(ipv[46]_(route|addr|tables)|nft_ruleset|ipsets|ss)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Dump();
}
