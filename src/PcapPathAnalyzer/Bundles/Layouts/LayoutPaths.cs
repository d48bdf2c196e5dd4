using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>What layouts have in common: folders in paths, and file names made of commands.</summary>
internal static partial class LayoutPaths
{
    /// <summary>The part of a path before a folder or file that stands in it at a folder's beginning; null where it does not.</summary>
    /// <param name="marks">Parts of paths; one that ends in a slash is a folder, any other has to end the path.</param>
    public static string? Before(string path, params ReadOnlySpan<string> marks)
    {
        foreach (var mark in marks)
        {
            for (var at = path.IndexOf(mark, StringComparison.Ordinal); at >= 0; at = path.IndexOf(mark, at + 1, StringComparison.Ordinal))
            {
                if ((at == 0 || path[at - 1] == '/') && (mark[^1] == '/' || at + mark.Length == path.Length))
                    return at == 0 ? "" : path[..(at - 1)];
            }
        }

        return null;
    }

    /// <summary>True where a file's name is a command that prints the state of the network, with any of the signs that collectors put in place of blanks.</summary>
    public static bool IsNetworkCommand(string leaf) => NetworkCommand().IsMatch(leaf);

    /// <summary>The last part of a path.</summary>
    public static string Leaf(string path) => path[(path.LastIndexOf('/') + 1)..];

    // `ip -s -s neigh show`, ip_-6_route_show_table_all, ip-addr.txt, iptables-save; not ip_netns, not ip_vrf_show.
    [GeneratedRegex(@"^(ip6?([-_ ]+(4|6|[a-z]{1,3}))*[-_ ]*(address|addr|a|link|l|route|r|neighbour|neighbor|neigh|n|rules?)([-_. ].*)?|ip6?tables.*|bridge[-_ ].*|nft.*|conntrack.*|ipset.*|ipvsadm.*|brctl.*|sysctl.*|ss([-_. ].*)?)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NetworkCommand();
}
