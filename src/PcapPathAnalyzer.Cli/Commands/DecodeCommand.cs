using System.CommandLine;
using System.Text;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath decode CAPTURE...</c>: what the decoder sees in each frame.</summary>
internal static class DecodeCommand
{
    public static Command Create()
    {
        var captures = new Argument<string[]>("CAPTURE") { Description = "pcap or pcapng files, also in gzip or Zstandard", Arity = ArgumentArity.OneOrMore };
        var format = new Option<string>("--format") { Description = "csv or json (an object per line)", DefaultValueFactory = static _ => "csv" };
        format.AcceptOnlyFromAmong("csv", "json");
        var filter = new Option<string?>("--filter") { Description = "Only frames that this libpcap filter expression matches", HelpName = "BPF" };
        var vxlan = new Option<int[]>("--vxlan-port") { Description = "Another UDP port that carries VXLAN", HelpName = "PORT" };
        var geneve = new Option<int[]>("--geneve-port") { Description = "Another UDP port that carries Geneve", HelpName = "PORT" };
        foreach (var option in new[] { vxlan, geneve })
        {
            option.Validators.Add(result =>
            {
                foreach (var token in result.Tokens)
                {
                    if (!ushort.TryParse(token.Value, out _))
                        result.AddError($"{option.Name}: '{token.Value}' is no UDP port");
                }
            });
        }

        var command = new Command("decode", "What the decoder sees in each frame") { captures, format, filter, vxlan, geneve };
        command.SetAction(parsed =>
        {
            var defaults = new DecodeOptions();
            var decoder = new FrameDecoder(defaults with
            {
                VxlanPorts = [.. defaults.VxlanPorts, .. parsed.GetValue(vxlan) ?? []],
                GenevePorts = [.. defaults.GenevePorts, .. parsed.GetValue(geneve) ?? []],
            });
            return Run(parsed.GetValue(captures)!, parsed.GetValue(format)!, parsed.GetValue(filter), decoder);
        });
        return command.WithExamples(
            "pcappath decode eth0.pcap",
            "pcappath decode node-a/*.pcap --filter 'udp port 53'",
            "pcappath decode capture.pcapng.gz --format json");
    }

    private static int Run(string[] captures, string format, string? expression, FrameDecoder decoder)
    {
        using var filter = expression is null ? null : new BpfFilter(expression);
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 64 * 1024);
        try
        {
            filter?.Check();
            using FrameSink sink = format == "json" ? new JsonFrameSink(output) : new CsvFrameSink(output, FrameColumns.Names);
            var columns = new FrameColumns(sink);
            var unusable = false;
            foreach (var path in captures)
                unusable |= !Decode(path, decoder, filter, columns);
            return unusable ? Shell.Unusable : Shell.Done;
        }
        catch (BpfFilterException e)
        {
            return Shell.Refuse(e.Message);
        }
    }

    // False where the file holds no capture at all; a damaged one is read as far as it goes.
    private static bool Decode(string path, FrameDecoder decoder, BpfFilter? filter, FrameColumns columns)
    {
        CaptureReader reader;
        try
        {
            reader = CaptureReader.Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"pcappath: {e.Message}");
            return false;
        }

        using (reader)
        {
            var decoded = new DecodedFrame();
            while (reader.TryRead(out var frame))
            {
                var source = reader.Interfaces[frame.Interface];
                if (filter is not null && !filter.Matches(source.LinkType, frame.Data))
                    continue;
                decoder.Decode(frame, decoded);
                columns.Write(path, source, frame, decoded);
            }

            foreach (var problem in reader.Problems)
                Console.Error.WriteLine(problem);
            return reader.Format != CaptureFormat.Unknown;
        }
    }
}
