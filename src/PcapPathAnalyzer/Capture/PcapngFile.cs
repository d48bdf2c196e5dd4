using System.Buffers.Binary;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Capture;

/// <summary>
/// The blocks of a pcapng file (draft-ietf-opsawg-pcapng). Blocks of unknown type are passed by their length. Where a block
/// contradicts itself, the next place is looked for at which a block begins whose two lengths agree, and reading goes on there.
/// </summary>
internal sealed class PcapngFile(CaptureBuffer buffer, CaptureContent content)
{
    private readonly PcapngSection section = new(content);
    private readonly PcapngResync resync = new(buffer, content);

    public bool TryRead(out CapturedFrame frame)
    {
        while (NextBlock(out var type, out var length))
        {
            var body = buffer.Window[8..(length - 4)];
            var found = ReadBlock(type, body, out frame);
            buffer.Advance(length);
            if (found)
                return true;
        }

        frame = default;
        return false;
    }

    // Leaves a whole block, whose two lengths agree, at the window's beginning.
    private bool NextBlock(out PcapngBlockType type, out int length)
    {
        (type, length) = (default, 0);
        while (true)
        {
            if (!buffer.Ensure(PcapngBlock.MinimumLength))
                return AtEnd();
            var window = buffer.Window;
            type = (PcapngBlockType)BinaryPrimitives.ReadUInt32LittleEndian(window);
            if (type == PcapngBlockType.SectionHeader)
                section.TakeByteOrder(window);
            else
                type = (PcapngBlockType)section.ReadUInt32(window);
            var claimed = section.ReadUInt32(window[4..]);
            var fault = PcapngBlock.IsPlausible(claimed) ? null : "has an impossible length";

            if (fault is null)
            {
                // A total length that is no multiple of four was written by old tools that forgot the padding.
                length = (int)(claimed + 3 & ~3u);
                if (!buffer.Ensure(length))
                    fault = "goes on beyond the end of the file";
                else if (section.ReadUInt32(buffer.Window[(length - 4)..]) is var trailer && trailer != claimed)
                    fault = $"says {claimed} bytes at its beginning and {trailer} at its end";
            }

            if (fault is null)
                return true;
            if (!resync.Skip(section, fault))
                return false;
        }
    }

    private bool AtEnd()
    {
        var left = buffer.Window.Length;
        if (left > 0)
        {
            content.Report(
                Severity.Warning,
                "capture-truncated",
                $"cut off at byte {buffer.Position + left}, inside the header of a block after frame {content.FrameNumber}; the frames before it are read");
        }

        return false;
    }

    private bool ReadBlock(PcapngBlockType type, ReadOnlySpan<byte> body, out CapturedFrame frame)
    {
        switch (type)
        {
            case PcapngBlockType.EnhancedPacket:
                return Packet(body, PcapngPacket.Enhanced(section, body), out frame);
            case PcapngBlockType.SimplePacket:
                return Packet(body, PcapngPacket.Simple(section, body), out frame);
            case PcapngBlockType.ObsoletePacket:
                return Packet(body, PcapngPacket.Obsolete(section, body), out frame);
            case PcapngBlockType.SectionHeader:
                section.Begin(body);
                break;
            case PcapngBlockType.InterfaceDescription:
                section.AddInterface(body, buffer.Position);
                break;
            case PcapngBlockType.InterfaceStatistics:
                section.TakeStatistics(body);
                break;
        }

        frame = default;
        return false;
    }

    private bool Packet(ReadOnlySpan<byte> body, PcapngPacket packet, out CapturedFrame frame)
    {
        content.FrameNumber++;
        if (packet.Fault is not null)
        {
            content.Report(Severity.Warning, "unreadable-input", $"frame {content.FrameNumber} at byte {buffer.Position} {packet.Fault}");
            if (packet.CapturedLength < 0)
            {
                frame = default;
                return false;
            }
        }

        if (packet.OptionsOffset < body.Length)
            section.TakePacketOptions(packet.Interface, body[packet.OptionsOffset..]);
        frame = new CapturedFrame
        {
            Data = body.Slice(packet.DataOffset, packet.CapturedLength),
            OriginalLength = packet.OriginalLength,
            Number = content.FrameNumber,
            Time = packet.Time,
            HasTime = packet.HasTime,
            Interface = packet.Interface,
            LinkType = section.Interface(packet.Interface).LinkType,
        };
        return true;
    }
}
