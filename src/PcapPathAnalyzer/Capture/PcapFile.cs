using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Capture;

/// <summary>The records of a pcap file, in all the variants that libpcap reads (pcap-savefile(5), libpcap sf-pcap.c).</summary>
internal sealed class PcapFile
{
    private const int FileHeaderLength = 24;
    private const int RecordHeaderLength = 16;

    // Kuznetzov's: interface index, protocol and packet type follow the usual fields.
    private const int KuznetzovHeaderLength = 24;

    private readonly CaptureBuffer buffer;
    private readonly CaptureContent content;
    private bool swapped;
    private int headerLength = RecordHeaderLength;
    private uint nanosecondsPerUnit = 1000;
    private LengthOrder lengthOrder;
    private LinkType linkType;

    private PcapFile(CaptureBuffer buffer, CaptureContent content)
    {
        this.buffer = buffer;
        this.content = content;
    }

    private enum LengthOrder
    {
        CapturedFirst,
        OriginalFirst,

        /// <summary>Version 2.3 was written by both kinds of libpcap: the smaller number is the captured length.</summary>
        Either,
    }

    /// <summary>Null where the file header itself is cut off.</summary>
    public static PcapFile? Open(CaptureBuffer buffer, CaptureContent content)
    {
        if (!buffer.Ensure(FileHeaderLength))
        {
            content.Report(Severity.Error, "capture-truncated", $"the file ends at byte {buffer.Window.Length}, inside the pcap file header");
            return null;
        }

        var file = new PcapFile(buffer, content);
        file.ReadFileHeader(buffer.Window[..FileHeaderLength]);
        buffer.Advance(FileHeaderLength);
        return file;
    }

    public bool TryRead(out CapturedFrame frame)
    {
        var window = buffer.Window;
        if (window.Length < headerLength)
        {
            if (!NextHeader())
            {
                frame = default;
                return false;
            }

            window = buffer.Window;
        }

        ref readonly var header = ref MemoryMarshal.AsRef<RecordHeader>(window);
        var captured = Ordered(header.Captured);
        var original = Ordered(header.Original);
        var time = Timestamp.FromSeconds(Ordered(header.Seconds), (long)Ordered(header.Fraction) * nanosecondsPerUnit);
        if (lengthOrder != LengthOrder.CapturedFirst)
            Reorder(ref captured, ref original);
        if (captured > (uint)(window.Length - headerLength))
        {
            if (!Whole(captured))
            {
                frame = default;
                return false;
            }

            window = buffer.Window;
        }

        frame = new CapturedFrame
        {
            Data = window.Slice(headerLength, (int)captured),
            OriginalLength = (int)Math.Min(original, int.MaxValue),
            Number = ++content.FrameNumber,
            Time = time,
            HasTime = true,
            Interface = 0,
            LinkType = linkType,
        };
        buffer.Advance(headerLength + (int)captured);
        return true;
    }

    private void ReadFileHeader(ReadOnlySpan<byte> header)
    {
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (!CaptureMagic.IsPcap(magic))
        {
            swapped = true;
            magic = BinaryPrimitives.ReverseEndianness(magic);
        }

        if (magic is CaptureMagic.Nanoseconds or CaptureMagic.Navtel)
            nanosecondsPerUnit = 1;
        else if (magic == CaptureMagic.Kuznetzov)
            headerLength = KuznetzovHeaderLength;

        var versions = ReadUInt32(header[4..]);
        var (major, minor) = swapped ? ((ushort)(versions >> 16), (ushort)versions) : ((ushort)versions, (ushort)(versions >> 16));
        // DG/UX wrote 543.0, libpcap before 0.9 wrote 2.2: the two lengths stand the other way round.
        lengthOrder = (major, minor) switch
        {
            (2, < 3) or (543, _) => LengthOrder.OriginalFirst,
            (2, 3) => LengthOrder.Either,
            _ => LengthOrder.CapturedFirst,
        };

        var snapLength = ReadUInt32(header[16..]);
        var link = ReadUInt32(header[20..]);
        linkType = LinkTypes.FromFile(link & 0x03FF_FFFF);
        content.AddInterface(new CaptureInterface
        {
            LinkType = linkType,
            SnapLength = snapLength > int.MaxValue ? 0 : (int)snapLength,
            TicksPerSecond = nanosecondsPerUnit == 1 ? 1_000_000_000UL : 1_000_000UL,
            // The upper bits: whether a frame check sequence length is given, and that length in 16-bit words.
            FcsLength = (link & 0x0400_0000) != 0 ? (int)(link >> 28) * 2 : 0,
        });
    }

    private void Reorder(ref uint captured, ref uint original)
    {
        if (lengthOrder == LengthOrder.OriginalFirst || captured > original)
            (captured, original) = (original, captured);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool NextHeader()
    {
        var there = buffer.Ensure(headerLength);
        if (!there && !buffer.Window.IsEmpty)
            Truncated("header");
        return there;
    }

    // The rare ways: the record lies across the window's end, the file ends in it, or its length is nonsense.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Whole(uint captured)
    {
        if (captured > CaptureReader.MaxRecordLength)
        {
            content.Report(
                Severity.Error,
                "capture-truncated",
                $"damaged at byte {buffer.Position}: frame {content.FrameNumber + 1} claims {captured} captured bytes; what stands before it is read");
            return false;
        }

        var there = buffer.Ensure(headerLength + (int)captured);
        if (!there)
            Truncated("data");
        return there;
    }

    private void Truncated(string part) => content.Report(
        Severity.Warning,
        "capture-truncated",
        $"cut off at byte {buffer.Position + buffer.Window.Length}, inside the {part} of frame {content.FrameNumber + 1}; the frames before it are read");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Ordered(uint littleEndian) => swapped ? BinaryPrimitives.ReverseEndianness(littleEndian) : littleEndian;

    private uint ReadUInt32(ReadOnlySpan<byte> bytes) => Ordered(BinaryPrimitives.ReadUInt32LittleEndian(bytes));

    // The fields that every variant has.
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly struct RecordHeader
    {
        public readonly uint Seconds;
        public readonly uint Fraction;
        public readonly uint Captured;
        public readonly uint Original;
    }
}
