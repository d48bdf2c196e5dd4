using PcapPathAnalyzer.Capture;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>One file of the frames of many, so that tshark starts once; each frame stands for itself, no reassembly is on.</summary>
internal static class MergedCapture
{
    /// <summary>Writes the file; gives for each of its frames where it came from.</summary>
    public static List<string> Write(IEnumerable<string> files, string into)
    {
        var origins = new List<string>();
        using var writer = new PcapngWriter(File.Create(into));
        foreach (var path in files)
        {
            using var reader = CaptureReader.Open(path);
            var interfaces = new Dictionary<int, int>();
            while (reader.TryRead(out var frame))
            {
                // Wireshark takes no record of more than 256 KiB.
                if (frame.Data.Length > 262144)
                    continue;
                if (!interfaces.TryGetValue(frame.Interface, out var number))
                    interfaces[frame.Interface] = number = writer.AddInterface(reader.Interfaces[frame.Interface]);
                writer.Write(number, frame.Time, frame.Data, frame.OriginalLength);
                origins.Add($"{Path.GetFileName(path)}#{frame.Number}");
            }
        }

        return origins;
    }
}
