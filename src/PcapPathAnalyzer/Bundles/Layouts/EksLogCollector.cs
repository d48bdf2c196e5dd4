using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>The log collector of Amazon EKS nodes (awslabs/amazon-eks-ami, log-collector-script/linux).</summary>
internal sealed partial class EksLogCollector : IBundleLayout
{
    public string Name => "EKS log collector";

    public string? RootOf(string path) => LayoutPaths.Before(path, "networking/iptables-save.txt", "networking/iproute.txt", "networking/ip6tables-save.txt");

    public LayoutPlace Place(string relative) => LayoutPlace.DumpIf(relative is "sysctls/sysctl_all.txt" || NetworkFile().IsMatch(relative));

    /// <summary><c>eks_i-0123456789abcdef0_2026-08-21_1015-UTC_0.7.8</c>.</summary>
    public string? NodeOf(string rootName) => ArchiveName().Match(rootName) is { Success: true } m ? m.Groups["node"].Value : null;

    // iptables.txt and iptables-nat.txt are listings (-L) of what iptables-save.txt has in full.
    [GeneratedRegex(@"^networking/(ip6?tables-save|ip6?rule|ip6?route|conntrack6?|ipset|ipvsadm|ipaddr|ipneigh|iplink|ss)\.txt$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NetworkFile();

    [GeneratedRegex("^eks_(?<node>[^_]+)_", RegexOptions.None, 1000)]
    private static partial Regex ArchiveName();
}
