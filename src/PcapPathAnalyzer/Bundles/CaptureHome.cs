using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Bundles;

/// <summary>
/// Finds the namespace of a capture that lies where no dumps are: by a namespace's name in the file's name, by an interface
/// that only one namespace has, by the MAC addresses inside.
/// </summary>
internal sealed class CaptureHome(IReadOnlyList<BundleDump> dumps)
{
    /// <summary>Frames looked at; an interface shows its own MAC address in nearly all.</summary>
    private const int Sample = 200;

    // Folders that are named after what is in them, not after where it was taken.
    private static readonly HashSet<string> Collections = new(StringComparer.OrdinalIgnoreCase)
    {
        ".", "capture", "captures", "pcap", "pcaps", "packets", "tcpdump", "tcpdumps", "trace", "traces", "network",
    };

    private readonly HashSet<string> dumped = dumps.Where(d => d.Document.Records.Count > 0).Select(d => d.Namespace).ToHashSet(StringComparer.Ordinal);
    private Network? network;

    public bool HasDumps(string ns) => dumped.Contains(ns);

    /// <summary>The placement as it was where nothing better is found.</summary>
    public Placement Find(BundleFile file, Placement placement)
    {
        if (dumped.Count == 0)
            return placement;
        if (Named(file.Leaf) is { } named)
            return placement with { Namespace = named, Why = $"{named} in its name" };
        if (!Collections.Contains(file.Folder[(file.Folder.LastIndexOf('/') + 1)..]))
            return placement;
        network ??= Build();
        if (ByInterface(file.Leaf) is { } owner)
            return placement with { Namespace = owner.Namespace.Name, Why = $"only this namespace has an interface {owner.Name}, which its name holds" };
        return ByMac(file) is var (device, share) ? placement with { Namespace = device.Namespace.Name, Why = $"{share}% of the first frames carry {device.Mac} of {device}" } : placement;
    }

    private Network Build()
    {
        var builder = new TopologyBuilder();
        foreach (var dump in dumps)
            builder.Add(dump.Namespace, dump.Document);
        return builder.Build();
    }

    // The longest name counts: web-0 and web-01 may both be there.
    private string? Named(string leaf) =>
        dumped.Where(n => n != "." && HasWord(leaf, n[(n.LastIndexOf('/') + 1)..])).OrderByDescending(n => n.Length - n.LastIndexOf('/')).ThenBy(n => n, StringComparer.Ordinal).FirstOrDefault();

    private NetworkInterface? ByInterface(string leaf)
    {
        var named = network!.Namespaces.SelectMany(n => n.Interfaces).Where(i => HasWord(leaf, i.Name)).ToList();
        var longest = named.Count == 0 ? 0 : named.Max(i => i.Name.Length);
        var best = named.Where(i => i.Name.Length == longest).Take(2).ToList();
        return best.Count == 1 ? best[0] : null;
    }

    private (NetworkInterface Device, int Percent)? ByMac(BundleFile file)
    {
        var votes = new Dictionary<MacAddress, int>();
        var frames = Count(file, votes);
        if (frames == 0)
            return null;
        var seen = network!.Namespaces.SelectMany(n => n.Interfaces).Where(i => !i.Mac.IsNone && votes.GetValueOrDefault(i.Mac) * 10 >= frames * 9).ToList();
        // A pod's packets also carry its bridge's address, but a bridge shows more than one pod: what is no bridge goes first.
        // Between two nodes every packet carries the addresses of both: which of them captured it, nothing tells.
        var ends = seen.Exists(i => !i.IsBridge) ? seen.FindAll(i => !i.IsBridge) : seen;
        return ends.Count == 1 ? (ends[0], votes[ends[0].Mac] * 100 / frames) : null;
    }

    private static int Count(BundleFile file, Dictionary<MacAddress, int> votes)
    {
        var frames = 0;
        try
        {
            using var reader = CaptureReader.Open(file.Open(), file.Name);
            while (frames < Sample && reader.TryRead(out var frame))
            {
                if (reader.Interfaces[frame.Interface].LinkType != LinkType.Ethernet || frame.Data.Length < 12)
                    continue;
                frames++;
                Vote(votes, MacAddress.Read(frame.Data));
                Vote(votes, MacAddress.Read(frame.Data[6..]));
            }
        }
        catch (IOException)
        {
            // The analysis meets the same fault and reports it.
            return 0;
        }

        return frames;
    }

    private static void Vote(Dictionary<MacAddress, int> votes, MacAddress mac) => votes[mac] = votes.GetValueOrDefault(mac) + 1;

    private static bool HasWord(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0 && word.Length > 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
                return true;
        }

        return false;
    }
}
