using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>
/// Says which interface a capture was taken on, in the order the bundle's contract gives: what <c>bundle.json</c> says,
/// the pcapng interface name, the ifindex of Linux cooked v2 frames, the file name, the MAC and IP addresses inside.
/// </summary>
internal sealed class CapturePointResolver(Network network)
{
    /// <summary>The points of one file; they are added to the list as the file shows them.</summary>
    public FilePoints ForFile(BundleCapture capture, List<CapturePoint> points) => new(network, points, capture);

    /// <summary>The capture points of one file: one, or one per interface the file tells apart.</summary>
    internal sealed class FilePoints(Network network, List<CapturePoint> points, BundleCapture capture)
    {
        private readonly NetworkNamespace? ns = network.Find(capture.Namespace);
        private readonly Dictionary<(int Interface, int IfIndex), CapturePoint> found = [];
        private (int Interface, int IfIndex) lastKey;
        private CapturePoint? last;

        public CapturePoint Find(int fileInterface, CaptureInterface description, DecodedFrame frame)
        {
            var key = (fileInterface, frame.IfIndex);
            // Nearly always that of the last frame.
            if (last is not null && key == lastKey)
                return last;
            (lastKey, last) = (key, FindOther(key, description, frame));
            return last;
        }

        private CapturePoint FindOther((int Interface, int IfIndex) key, CaptureInterface description, DecodedFrame frame)
        {
            if (found.TryGetValue(key, out var point))
                return point;
            var (name, reason, certain) = Name(description, frame.IfIndex);
            // Rotation inside one pcapng: the same interface described twice stays one point.
            point = found.Values.FirstOrDefault(p => p.Interface == name && p.LinkType == description.LinkType) ?? Add(name, reason, certain, description);
            found.Add(key, point);
            return point;
        }

        public void Finish(IReadOnlyList<CaptureInterface> interfaces)
        {
            // A file without a single frame still is a point: it proves that nothing passed.
            if (found.Count == 0)
            {
                var description = interfaces.Count > 0 ? interfaces[0] : new CaptureInterface { LinkType = LinkType.Ethernet };
                var (name, reason, certain) = Name(description, -1);
                found.Add((0, -1), Add(name, reason, certain, description));
            }

            foreach (var ((fileInterface, _), point) in found)
            {
                if (fileInterface < interfaces.Count && interfaces[fileInterface].Dropped >= 0)
                    point.Dropped = Math.Max(point.Dropped, 0) + interfaces[fileInterface].Dropped;
            }
        }

        private CapturePoint Add(string name, string reason, bool certain, CaptureInterface description)
        {
            var point = new CapturePoint
            {
                Index = points.Count,
                Namespace = capture.Namespace,
                Interface = name,
                File = capture.File,
                Reason = reason,
                IsCertain = certain,
                Home = ns,
                Device = ns?.Interface(name),
                LinkType = description.LinkType,
                SnapLength = description.SnapLength,
            };
            points.Add(point);
            return point;
        }

        private (string Name, string Reason, bool Certain) Name(CaptureInterface description, int ifIndex)
        {
            if (capture.StatedInterface is { } stated)
                return (stated, "bundle.json", true);
            if (ifIndex > 0)
            {
                var device = ns?.Interface(ifIndex);
                return device is null
                    ? ($"if{ifIndex}", $"ifindex {ifIndex} of Linux cooked v2 frames; no dump names it", true)
                    : (device.Name, $"ifindex {ifIndex} of Linux cooked v2 frames", true);
            }

            if (description.Name is { Length: > 0 } named)
                return (named, "pcapng interface name", true);
            var fileName = capture.File[(capture.File.LastIndexOf('/') + 1)..];
            if (description.LinkType is LinkType.LinuxSll)
                return ("any", "Linux cooked v1 frames name no interface", false);
            if (InterfaceInName(fileName) is { } byName)
                return (byName, $"file name {fileName}", true);
            if (ByMac() is { } device2)
                return (device2.Name, $"most frames carry its MAC address {device2.Mac}", true);
            return (WithoutNamespace(Stem(fileName)), $"file name {fileName}; no dump knows such an interface", false);
        }

        // The longest interface name of the namespace that stands in the file name as a word.
        private string? InterfaceInName(string fileName)
        {
            string? best = null;
            foreach (var candidate in ns?.Interfaces ?? [])
            {
                if (candidate.Name.Length > (best?.Length ?? 0) && ContainsWord(fileName, candidate.Name))
                    best = candidate.Name;
            }

            return best;
        }

        private static bool ContainsWord(string text, string word)
        {
            for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
            {
                var end = at + word.Length;
                if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
                    return true;
            }

            return false;
        }

        // A capture on an interface shows its MAC as source or destination of nearly every frame.
        private NetworkInterface? ByMac()
        {
            const int enough = 200;
            if (ns is null)
                return null;
            var votes = new Dictionary<NetworkInterface, int>();
            var frames = 0;
            using var reader = CaptureReader.Open(capture.Open(), capture.File);
            while (frames < enough && reader.TryRead(out var captured))
            {
                if (reader.Interfaces[captured.Interface].LinkType != LinkType.Ethernet || captured.Data.Length < 14)
                    continue;
                frames++;
                var destination = Primitives.MacAddress.Read(captured.Data);
                var source = Primitives.MacAddress.Read(captured.Data[6..]);
                foreach (var device in ns.Interfaces)
                {
                    if (!device.Mac.IsNone && (device.Mac == source || device.Mac == destination))
                        votes[device] = votes.GetValueOrDefault(device) + 1;
                }
            }

            var best = votes.OrderByDescending(v => v.Value).ThenBy(v => v.Key.Name, StringComparer.Ordinal).FirstOrDefault();
            return best.Key is not null && best.Value * 2 > frames ? best.Key : null;
        }

        // node-a-eth0.pcap of node-a, where no dump lists the interfaces.
        private string WithoutNamespace(string stem)
        {
            var leaf = capture.Namespace[(capture.Namespace.LastIndexOf('/') + 1)..];
            return stem.Length > leaf.Length + 1 && stem.StartsWith(leaf, StringComparison.Ordinal) && (stem[leaf.Length] is '-' or '_' or '.') ? stem[(leaf.Length + 1)..] : stem;
        }

        private static string Stem(string fileName)
        {
            var dot = fileName.LastIndexOf(".pcap", StringComparison.OrdinalIgnoreCase);
            if (dot < 0)
                dot = fileName.LastIndexOf(".cap", StringComparison.OrdinalIgnoreCase);
            return dot > 0 ? fileName[..dot] : fileName;
        }
    }
}
