using System.CommandLine;
using PacketDotNet;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath inspect CAPTURE#FRAME</c>: one frame in full.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var place = new Argument<string>("CAPTURE#FRAME") { Description = "A capture file and the number of a frame in it, from 1" };
        var command = new Command("inspect", "One frame in full, layer by layer") { place };
        command.SetAction(parsed => Run(parsed.GetValue(place)!));
        return command.WithExamples("pcappath inspect node-a/eth0.pcap#17");
    }

    private static int Run(string place)
    {
        var mark = place.LastIndexOf('#');
        if (mark <= 0 || !long.TryParse(place.AsSpan(mark + 1), out var number) || number < 1)
            return Shell.Refuse($"'{place}' names no frame: write CAPTURE#FRAME, such as eth0.pcap#17");
        var path = place[..mark];
        using var reader = CaptureReader.Open(path);
        while (reader.TryRead(out var frame))
        {
            if (frame.Number == number)
            {
                Print(reader, frame);
                return Shell.Done;
            }

            if (frame.Number > number)
                break;
        }

        foreach (var problem in reader.Problems)
            Console.Error.WriteLine(problem);
        return Shell.Refuse($"{path} has no frame {number}: {reader.FrameCount} were read");
    }

    private static void Print(CaptureReader reader, in CapturedFrame frame)
    {
        var source = reader.Interfaces[frame.Interface];
        var time = frame.HasTime ? frame.Time.ToString() : "no time";
        Console.Out.WriteLine($"{reader.Name}#{frame.Number}  {time}  {source.Name ?? $"interface {frame.Interface}"}  {source.LinkType.Name()}  {frame.OriginalLength} bytes on the wire, {frame.Data.Length} captured");
        foreach (var comment in reader.Comments)
        {
            if (comment.Frame == frame.Number)
                Console.Out.WriteLine($"comment: {comment.Text}");
        }

        var decoded = new DecodedFrame();
        new FrameDecoder().Decode(frame, decoded);
        foreach (ref readonly var packet in decoded.Packets)
            Console.Out.WriteLine($"packet at byte {packet.HeaderOffset}: {packet.Tuple}, {packet.PayloadLength} bytes of payload at byte {packet.PayloadOffset}");
        if (FrameNote.Of(decoded) is { } note)
            Console.Out.WriteLine($"note: {note}");
        Console.Out.WriteLine();
        Console.Out.WriteLine(Layers(source.LinkType, frame.Data.ToArray()));
    }

    // PacketDotNet parses lazily, while it prints, and throws on what lies: then the bytes are what there is to show.
    private static string Layers(LinkType linkType, byte[] data)
    {
        try
        {
            var packet = Packet.ParsePacket((LinkLayers)(int)linkType, data);
            return packet.ToString(StringOutputType.Verbose) + Environment.NewLine + packet.PrintHex();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"PacketDotNet cannot take this frame apart ({e.Message})" + Environment.NewLine + HexDump(data);
        }
    }

    private static string HexDump(byte[] data) => string.Join(
        Environment.NewLine,
        data.Chunk(16).Select(static (chunk, i) => $"{i * 16:x4}  {string.Join(' ', chunk.Select(static b => b.ToString("x2")))}"));
}
