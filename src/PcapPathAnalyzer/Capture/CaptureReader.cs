using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Capture;

/// <summary>
/// Reads the packet records of a pcap or pcapng file, plain or in gzip or Zstandard. Damage is data: it ends in
/// <see cref="Problems"/>, what stands before it counts, and in pcapng also what can be found again after it.
/// </summary>
public sealed class CaptureReader : IDisposable
{
    /// <summary>Longest record or block that is read, in bytes; a longer one is taken for damage.</summary>
    public const int MaxRecordLength = 16 * 1024 * 1024;

    private readonly CaptureBuffer buffer;
    private readonly CaptureContent content;
    private readonly PcapFile? pcap;
    private readonly PcapngFile? pcapng;
    private bool ended;

    private CaptureReader(CaptureBuffer buffer, string name)
    {
        this.buffer = buffer;
        content = new CaptureContent(name);
        buffer.Ensure(4);
        Format = CaptureMagic.Format(buffer.Window);
        if (Format == CaptureFormat.Pcap)
            pcap = PcapFile.Open(buffer, content);
        else if (Format == CaptureFormat.Pcapng)
            pcapng = new PcapngFile(buffer, content);
        else
            content.Report(Severity.Error, "unreadable-input", buffer.Damage is { } damage ? $"no capture file: {damage}" : NotACapture());
    }

    /// <summary><see cref="CaptureFormat.Unknown"/> where the content is no capture: then there are no frames and one problem.</summary>
    public CaptureFormat Format { get; }

    /// <summary>The name the reader was opened with; problems name it.</summary>
    public string Name => content.Name;

    /// <summary>Interfaces in the order of the file, over all its sections; grows while a pcapng file is read.</summary>
    public IReadOnlyList<CaptureInterface> Interfaces => content.Interfaces;

    /// <summary>Damage met so far. At most a hundred are kept.</summary>
    public IReadOnlyList<Problem> Problems => content.Problems;

    /// <summary>Packet records met so far, those that could not be read included.</summary>
    public long FrameCount => content.FrameNumber;

    /// <summary>Offset of the next record in the (uncompressed) content, in bytes.</summary>
    public long Position => buffer.Position;

    /// <summary>Comments of sections, interfaces and packets met so far, with the frame they belong to (0: the file). At most a thousand are kept.</summary>
    public IReadOnlyList<(long Frame, string Text)> Comments => content.Comments;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file; its name in problems is this path.</param>
    /// <exception cref="IOException">The file cannot be opened or read. Damaged content never throws.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static CaptureReader Open(string path) => Open(path, path);

    /// <summary>Opens a file under another name, such as the one it has inside its bundle.</summary>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static CaptureReader Open(string path, string name) => new(CaptureSource.Open(path), name);

    /// <summary>Reads a stream from where it stands; the reader disposes of it.</summary>
    public static CaptureReader Open(Stream stream, string name) => new(CaptureSource.Open(stream), name);

    /// <summary>True where these are the first bytes (four are enough) of an uncompressed capture file of any kind that is read here.</summary>
    public static bool IsCapture(ReadOnlySpan<byte> firstBytes) => CaptureMagic.Format(firstBytes) != CaptureFormat.Unknown;

    /// <summary>True where these are the first bytes of gzip or Zstandard data: only opening it tells whether a capture is inside.</summary>
    public static bool IsCompressed(ReadOnlySpan<byte> firstBytes) => CaptureMagic.IsGzip(firstBytes) || CaptureMagic.IsZstandard(firstBytes);

    /// <summary>Reads the next record. False at the end, and then for ever.</summary>
    /// <param name="frame">Its bytes are good until the next call.</param>
    public bool TryRead(out CapturedFrame frame)
    {
        if (!ended)
        {
            if (pcap is not null && pcap.TryRead(out frame))
                return true;
            if (pcapng is not null && pcapng.TryRead(out frame))
                return true;
            End();
        }

        frame = default;
        return false;
    }

    public void Dispose() => buffer.Dispose();

    private void End()
    {
        ended = true;
        if (buffer.Damage is { } damage && Format != CaptureFormat.Unknown)
            content.Report(Severity.Warning, "capture-truncated", $"the compressed data is damaged after {buffer.Position} bytes (frame {content.FrameNumber}): {damage}");
    }

    private string NotACapture() => buffer.Window.IsEmpty ? "the file is empty" : "neither pcap nor pcapng by its first four bytes";
}
