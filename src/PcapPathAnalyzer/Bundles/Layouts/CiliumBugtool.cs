using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary><c>cilium-bugtool</c> (cilium/cilium, bugtool/cmd): a Markdown file per command, blanks and slashes as hyphens.</summary>
internal sealed partial class CiliumBugtool : IBundleLayout
{
    public string Name => "cilium-bugtool";

    public string? RootOf(string path) => CommandFile().IsMatch(path) ? LayoutPaths.Before(path, "cmd/") : null;

    public LayoutPlace Place(string relative) => LayoutPlace.DumpIf(CommandFile().IsMatch(relative));

    /// <summary><c>cilium-bugtool-20260821-101500.000+0000-UTC-1234567</c> does not name the node.</summary>
    public string? NodeOf(string rootName) => null;

    // With kubectl the name begins with the whole of `kubectl exec POD -c cilium-agent -n kube-system --`.
    [GeneratedRegex(@"(^|/)cmd/(kubectl-exec-.*?-{3,})?(ip-|ip6?tables-.*(-?save|-S|-L)|ipset-list|sysctl--a|ss-|bridge-|conntrack|nft-)[^/]*\.md$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CommandFile();
}
