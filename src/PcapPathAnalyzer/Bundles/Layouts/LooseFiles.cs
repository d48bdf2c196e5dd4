using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>
/// Files of several namespaces in one folder, told apart by their names: <c>node-a_ip_addr.txt</c>, <c>web-0-iptables-save</c>,
/// <c>web-0-eth0.pcap</c>. Only where at least two names occur; else the folder is the namespace, as everywhere.
/// </summary>
internal sealed partial class LooseFiles
{
    private readonly Dictionary<string, string[]> namesByFolder;

    public LooseFiles(IEnumerable<BundleFile> files) =>
        namesByFolder = files
            .Where(f => f.Kind is Archives.ContentKind.Text or Archives.ContentKind.Empty)
            .Select(f => (f.Folder, Name: NameIn(f.Leaf)))
            .Where(p => p.Name is not null)
            .GroupBy(p => p.Folder, p => p.Name!)
            .Select(g => (g.Key, Names: g.Distinct().ToArray()))
            .Where(p => p.Names.Length > 1)
            .ToDictionary(p => p.Key, p => p.Names, StringComparer.Ordinal);

    /// <summary>The namespace that a file's name says, and why; null where its folder says it.</summary>
    public (string Namespace, string Why)? NamespaceOf(BundleFile file, BundleRole role)
    {
        if (role is not (BundleRole.Dump or BundleRole.Capture) || !namesByFolder.TryGetValue(file.Folder, out var names))
            return null;
        var name = role == BundleRole.Dump ? NameIn(file.Leaf) : null;
        // A capture's name begins with the longest name that dumps beside it have.
        name ??= names.Where(n => StartsWithWord(file.Leaf, n)).MaxBy(n => n.Length);
        if (name is null && role == BundleRole.Capture && CaptureName().Match(file.Leaf) is { Success: true } m)
            name = m.Groups["name"].Value;
        return name is null ? null : (file.Folder == "." ? name : $"{file.Folder}/{name}", $"{name} in its name");
    }

    private static string? NameIn(string leaf) => DumpName().Match(leaf) is { Success: true } m && LayoutPaths.IsNetworkCommand(m.Groups["command"].Value) ? m.Groups["name"].Value : null;

    private static bool StartsWithWord(string leaf, string name) =>
        leaf.StartsWith(name, StringComparison.Ordinal) && (leaf.Length == name.Length || !char.IsLetterOrDigit(leaf[name.Length]));

    // The shortest name that leaves a command behind it: `node-a` of node-a_ip_addr.txt, `ip-10-0-0-1` of ip-10-0-0-1.ip-addr.txt.
    [GeneratedRegex(@"^(?<name>.+?)[-_.](?<command>(ip6?[-_ ]?(-|4[-_]|6[-_]|[a-z])|iptables|ip6tables|bridge[-_]|nft|conntrack|ipset|sysctl|ss[-_.]).*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DumpName();

    [GeneratedRegex(@"^(?<name>.+)[-_.](any|lo|eth\d+|en[opsx]\w+|bond\d+|cni\d+|br[-_]?\w+|docker\d+|flannel\.?\d*|vxlan[\w.]*|cali\w+|veth\w+|lxc\w+|tunl\d+|wg\d+)([-_.]\w+)*?\.(pcapng|pcap\d*|cap)(\.(gz|zst))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CaptureName();
}
