using System.CommandLine;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath analyze BUNDLE</c>: the main job.</summary>
internal static class AnalyzeCommand
{
    public static Command Create()
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "The support bundle: a folder or an archive (tar, tar.gz, tar.zst, tar.xz, zip)" };
        var output = new Option<string?>("--out") { Description = "Write the report files into this folder (made where missing); without it, or for -, one report goes to standard output", HelpName = "DIR" };
        var formats = new Option<string?>("--format") { Description = $"Which files --out writes, comma separated: {string.Join(',', ReportFormats.All.Select(f => f.Format))} (all by default); without --out what is printed: one of {PrintedFormats.Names}", HelpName = "LIST" };
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
        if (!TryPickFormats(output is null ? null : formats, out var reports, out var wrong))
            return Shell.Refuse($"--format: '{wrong}' is none of {string.Join(',', ReportFormats.All.Select(f => f.Format))}");
        Severity? threshold = null;
        if (failOn is not null)
        {
            if (!Enum.TryParse<Severity>(failOn, ignoreCase: true, out var severity))
                return Shell.Refuse($"--fail-on: '{failOn}' is none of info, warning, error");
            threshold = severity;
        }

        using var progress = new ProgressLine();
        using var input = BundleReader.Read(path);
        if (output is not null)
            Directory.CreateDirectory(output);
        var options = new AnalysisOptions { Progress = progress, Filter = filter is null ? null : filter.Matches };
        var result = packets && output is not null
            ? PacketsCsv.Write(output, sink => PathAnalyzer.Analyze(input, options with { Packets = sink }))
            : PathAnalyzer.Analyze(input, options);
        progress.Clear();
        if (output is null)
        {
            print(result);
        }
        else
        {
            foreach (var report in reports)
                report.Write(result, output);
        }

        return threshold is { } t && result.Findings.Any(f => f.Severity >= t) ? Shell.FindingReached : Shell.Done;
    }

    private static bool TryPickFormats(string? list, out IReadOnlyList<IReport> reports, out string wrong)
    {
        wrong = "";
        reports = ReportFormats.All;
        if (list is null)
            return true;
        var picked = new List<IReport>();
        foreach (var name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (ReportFormats.All.FirstOrDefault(f => f.Format == name) is not { } report)
            {
                wrong = name;
                return false;
            }

            picked.Add(report);
        }

        reports = picked;
        return true;
    }
}
