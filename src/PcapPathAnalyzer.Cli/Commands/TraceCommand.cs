using System.CommandLine;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Tracing;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath trace BUNDLE FILE#FRAME</c>, <c>pcappath trace BUNDLE --flow ID</c>: hop by hop.</summary>
internal static class TraceCommand
{
    public static Command Create()
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "The support bundle" };
        var frame = new Argument<string?>("FILE#FRAME") { Description = "A capture of the bundle and the number of a frame in it, from 1", Arity = ArgumentArity.ZeroOrOne };
        var flow = new Option<string?>("--flow") { Description = "A flow by its ID, such as f3", HelpName = "ID" };
        var format = new Option<string>("--format") { Description = "text or json", DefaultValueFactory = static _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("trace", "One packet, or one flow, hop by hop, with the dump lines that explain each hop") { bundle, frame, flow, format };
        command.SetAction(parsed => Run(parsed.GetValue(bundle)!, parsed.GetValue(frame), parsed.GetValue(flow), parsed.GetValue(format) == "json"));
        return command.WithExamples(
            "pcappath trace bundle/ node-a/cni0.pcap#4",
            "pcappath trace bundle/ --flow f4",
            "pcappath trace bundle/ --flow f4 --format json");
    }

    private static int Run(string path, string? frame, string? flow, bool asJson)
    {
        if (frame is null == flow is null)
            return Shell.Refuse("trace needs either FILE#FRAME or --flow ID");
        if (frame is not null && !IsFrame(frame, out _, out _))
            return Shell.Refuse($"'{frame}' names no frame: write FILE#FRAME, such as node-a/eth0.pcap#17");
        var result = BundleArguments.Analyze(path);
        if (Find(result, path, frame, flow) is not { } trace)
            return Shell.Refuse($"{frame}: no such frame, or it carries no IP packet of a flow");
        if (asJson)
            TraceJson.Write(trace, Console.Out);
        else
            Terminal.Write(new TraceText(new TextStyle(Terminal.HasColour)).Lines(result, trace));
        return Shell.Done;
    }

    private static Trace? Find(AnalysisResult result, string path, string? frame, string? flow)
    {
        if (flow is not null)
            return Trace.OfFlow(result, BundleArguments.Flow(result, flow));
        _ = IsFrame(frame!, out var file, out var number);
        return Trace.OfFrame(result, new FrameLocation(BundleArguments.CaptureFile(result.Bundle, path, file), number));
    }

    private static bool IsFrame(string text, out string file, out long number)
    {
        var mark = text.LastIndexOf('#');
        file = mark > 0 ? text[..mark] : "";
        number = 0;
        return mark > 0 && long.TryParse(text.AsSpan(mark + 1), out number) && number > 0;
    }
}
