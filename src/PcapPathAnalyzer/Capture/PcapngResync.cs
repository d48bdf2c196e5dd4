using System.Buffers.Binary;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Capture;

/// <summary>Finds the next block of a pcapng file after damage.</summary>
internal sealed class PcapngResync(CaptureBuffer buffer, CaptureContent content)
{
    // A block found again must lie whole in this many bytes, so that lengths found in random bytes cannot make the search read the file over and over.
    private const int Horizon = 1024 * 1024;

    /// <summary>Moves the buffer to the next block whose type is known, whose two lengths agree and whose body fits; false where there is none, and then nothing is left.</summary>
    public bool Skip(PcapngSection section, string fault)
    {
        var from = buffer.Position;
        buffer.Advance(Math.Min(4, buffer.Window.Length));
        while (buffer.Ensure(PcapngBlock.MinimumLength))
        {
            buffer.Ensure(Horizon);
            var window = buffer.Window;

            // Without the whole horizon ahead (but for the end of the file) candidates near the window's end wait for the next round.
            var atEnd = window.Length < Horizon;
            var limit = atEnd ? window.Length - PcapngBlock.MinimumLength + 1 : Math.Max(1, window.Length - Horizon);
            for (var i = 0; i < limit; i++)
            {
                if (!IsBlock(section, window[i..]))
                    continue;
                buffer.Advance(i);
                content.Report(
                    Severity.Warning,
                    "unreadable-input",
                    $"damaged at byte {from}, after frame {content.FrameNumber}: a block {fault}; {buffer.Position - from} bytes are passed over");
                return true;
            }

            buffer.Advance(limit);
        }

        content.Report(
            Severity.Warning,
            "capture-truncated",
            $"cut off or damaged at byte {from}, after frame {content.FrameNumber}: a block {fault}, and no further block is found; the frames before it are read");
        buffer.Advance(buffer.Window.Length);
        return false;
    }

    private static bool IsBlock(PcapngSection section, ReadOnlySpan<byte> bytes)
    {
        var swapped = section.Swapped;
        var type = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (type == CaptureMagic.PcapngSection)
        {
            var order = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
            swapped = order == BinaryPrimitives.ReverseEndianness(CaptureMagic.PcapngByteOrder);
            if (!swapped && order != CaptureMagic.PcapngByteOrder)
                return false;
        }
        else
        {
            type = swapped ? BinaryPrimitives.ReverseEndianness(type) : type;
            if (!PcapngBlock.IsKnown(type))
                return false;
        }

        var length = Read(bytes[4..], swapped);
        return PcapngBlock.IsPlausible(length) && length % 4 == 0 && length <= Math.Min(bytes.Length, Horizon) && Read(bytes[((int)length - 4)..], swapped) == length
            && Agrees((PcapngBlockType)type, bytes[8..((int)length - 4)], swapped);
    }

    // Two equal small numbers behind a third, such as a packet's two lengths, look like an empty block: its body must fit its type, too.
    private static bool Agrees(PcapngBlockType type, ReadOnlySpan<byte> body, bool swapped)
    {
        const int packet = 20, simple = 4, description = 8, statistics = 12, section = 16, other = 4;
        switch (type)
        {
            case PcapngBlockType.EnhancedPacket or PcapngBlockType.ObsoletePacket:
                return body.Length >= packet && Read(body[12..], swapped) <= (uint)(body.Length - packet);
            case PcapngBlockType.SimplePacket:
                return body.Length >= simple && Read(body, swapped) + 4L > body.Length - simple;
            case PcapngBlockType.InterfaceDescription:
                // Two bytes are reserved and zero.
                return body.Length >= description && (body[2] | body[3]) == 0;
            case PcapngBlockType.InterfaceStatistics:
                return body.Length >= statistics;
            case PcapngBlockType.SectionHeader:
                return body.Length >= section;
            default:
                return body.Length >= other;
        }
    }

    private static uint Read(ReadOnlySpan<byte> bytes, bool swapped)
    {
        var value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return swapped ? BinaryPrimitives.ReverseEndianness(value) : value;
    }
}
