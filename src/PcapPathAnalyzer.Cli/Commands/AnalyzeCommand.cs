using System.CommandLine;
using PcapPathAnalyzer.Batches;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Parquet;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath analyze BUNDLE</c>: the main job.</summary>
internal static class AnalyzeCommand
{
    public static Command Create()
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "The support bundle: a folder or an archive (tar, tar.gz, tar.zst, tar.xz, zip)" };
        var output = new Option<string?>("--out") { Description = "Write the report files into this folder (made where missing); without it, or for -, one report goes to standard output", HelpName = "DIR" };
        var formats = new Option<string?>("--format") { Description = $"{FormatList.Help}; without --out what is printed: one of {PrintedFormats.Names}", HelpName = "LIST" };
        var packets = new Option<bool>("--packets") { Description = "With --out, also packets.csv: a row per observation of a packet" };
        var filter = new Option<string?>("--filter") { Description = "Look only at frames that this libpcap filter expression matches", HelpName = "BPF" };
        var failOn = new Option<string?>("--fail-on") { Description = "Exit with 1 when a finding is at least this bad: info, warning or error", HelpName = "SEVERITY" };
        var command = new Command("analyze", "Every end-to-end flow, its path, its translations, and what went wrong") { bundle, output, formats, packets, filter, failOn };
        command.SetAction(parsed =>
        {
            using var bpf = parsed.GetValue(filter) is { } expression ? new BpfFilter(expression) : null;
            bpf?.Check();
            return Run(parsed.GetValue(bundle)!, parsed.GetValue(output), parsed.GetValue(formats), parsed.GetValue(packets), bpf, parsed.GetValue(failOn));
        });
        return command.WithExamples(
            "pcappath analyze bundle/",
            "pcappath analyze bundle.tar.gz --out report/",
            "pcappath analyze bundle/ --out report/ --format csv --packets",
            "pcappath analyze bundle/ --filter 'host 10.244.0.5 and tcp port 80'",
            "pcappath analyze bundle/ --fail-on error");
    }

    private static int Run(string path, string? output, string? formats, bool packets, BpfFilter? filter, string? failOn)
    {
        output = output == "-" ? null : output;
        var print = PrintedFormats.Find(output is null ? formats ?? "text" : "text");
        if (print is null)
            return Shell.Refuse($"--format: '{formats}' is none of {PrintedFormats.Names} (one of these is printed; more than one need --out DIR)");
        if (!FormatList.TryPick(output is null ? null : formats, out var reports, out var refusal))
            return Shell.Refuse(refusal);
        if (!FailOn.TryRead(failOn, out var threshold))
            return Shell.Refuse(FailOn.Refusal(failOn));

        using var progress = new ProgressLine();
        using var input = BundleReader.Read(path);
        if (output is not null)
            Directory.CreateDirectory(output);
        var options = new AnalysisOptions { Progress = progress, Filter = filter is null ? null : filter.Matches };
        var result = output is null
            ? PathAnalyzer.Analyze(input, options)
            : (reports with { Packets = packets }).Write(output, new ParquetDataset(Path.Combine(output, "parquet"), BatchItem.NameOf(path)), sink => PathAnalyzer.Analyze(input, options with { Packets = sink }));
        progress.Clear();
        if (output is null)
            print(result);

        return threshold is { } t && result.Findings.Any(f => f.Severity >= t) ? Shell.FindingReached : Shell.Done;
    }
}
