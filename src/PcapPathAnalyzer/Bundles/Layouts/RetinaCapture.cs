using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Bundles.Layouts;

/// <summary>A capture of microsoft/retina: captures and a few files with several commands in each (pkg/capture/provider/network_capture_unix.go).</summary>
internal sealed partial class RetinaCapture : IBundleLayout
{
    public string Name => "retina capture";

    public string? RootOf(string path) => LayoutPaths.Before(path, "ip-resources.txt", "iptables-rules.txt");

    // proc-net/ and proc-sys-net/ are copies of /proc: thousands of files that say the same in other words.
    public LayoutPlace Place(string relative) => LayoutPlace.DumpIf(relative is "ip-resources.txt" or "iptables-rules.txt" or "socket-stats.txt");

    /// <summary><c>CAPTURE-NODE-20260821101500UTC</c>: where the capture's name ends and the node's begins, the name does not say.</summary>
    public string? NodeOf(string rootName) => ArchiveName().Match(rootName) is { Success: true } m ? m.Groups["node"].Value : null;

    [GeneratedRegex(@"^(retina-capture-[^-]+-|[^-]+-)?(?<node>.+)-\d{14}UTC$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ArchiveName();
}
