using System.CommandLine;
using PcapPathAnalyzer.Batches;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath batch PATHS… --out DIR</c>: many bundles, one summary.</summary>
internal static class BatchCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("PATHS") { Description = "The bundles: folders and archives", Arity = ArgumentArity.ZeroOrMore };
        var list = new Option<string?>("--list") { Description = "Also the bundles that this file names, one a line (- for standard input)", HelpName = "FILE" };
        var output = new Option<string>("--out") { Description = "Where results go: bundles/NAME/ with what analyze writes, and summary.csv, summary.json, summary.html", HelpName = "DIR", Required = true };
        var jobs = new Option<int?>("--jobs") { Description = "Bundles analyzed at once (one per core by default)", HelpName = "N" };
        var shard = new Option<string?>("--shard") { Description = "Only every N-th bundle from the I-th on, I from 0; all workers name the same list", HelpName = "I/N" };
        var resume = new Option<bool>("--resume") { Description = "Leave out bundles that are done and unchanged" };
        var formats = new Option<string?>("--format") { Description = FormatList.Help, HelpName = "LIST" };
        var packets = new Option<bool>("--packets") { Description = "Also packets.csv per bundle: a row per observation of a packet" };
        var failOn = new Option<string?>("--fail-on") { Description = "Exit with 1 when a finding is at least this bad: info, warning or error", HelpName = "SEVERITY" };
        var command = new Command("batch", "Many bundles, each for itself, and one summary") { paths, list, output, jobs, shard, resume, formats, packets, failOn };
        command.SetAction(parsed =>
        {
            var part = BatchShard.Whole;
            if (parsed.GetValue(shard) is { } text && !BatchShard.TryParse(text, out part))
                return Shell.Refuse($"--shard: '{text}' is not I/N with I from 0 to N-1");
            if (parsed.GetValue(jobs) is < 1)
                return Shell.Refuse("--jobs: at least 1");
            if (!FormatList.TryPick(parsed.GetValue(formats), out var reports, out var refusal))
                return Shell.Refuse(refusal);
            if (!FailOn.TryRead(parsed.GetValue(failOn), out var threshold))
                return Shell.Refuse(FailOn.Refusal(parsed.GetValue(failOn)));
            var options = new BatchOptions { Jobs = parsed.GetValue(jobs) ?? Environment.ProcessorCount, Resume = parsed.GetValue(resume), Output = reports with { Packets = parsed.GetValue(packets) } };
            return Run(BatchItem.List([.. parsed.GetValue(paths) ?? [], .. Lines(parsed.GetValue(list))]), new BatchFolder(parsed.GetValue(output)!), part, options, threshold);
        });
        return command.WithExamples(
            "pcappath batch cases/*.tar.gz --out out --resume",
            "pcappath batch --list cases.txt --out out --shard 3/8");
    }

    private static int Run(IReadOnlyList<BatchItem> all, BatchFolder folder, BatchShard shard, BatchOptions options, Severity? threshold)
    {
        if (all.Count == 0)
            return Shell.Refuse("batch: name bundles, or a file that does with --list");
        if (all.FirstOrDefault(i => Overlaps(i.Path, folder)) is { } inside)
            return Shell.Refuse($"--out {folder.Root}: results would lie among the files of the bundle {inside.Path}");
        var items = shard.Of(all).ToList();
        using var progress = new BatchProgress(items.Count);
        var records = BatchRunner.Run(items, folder, options with { Finished = progress.Report });
        progress.Dispose();
        new BatchSummary(records).Write(folder, shard);
        foreach (var record in records.Where(r => r.Status != BundleStatus.Analyzed))
            Terminal.Note(record.Error.StartsWith(record.Path, StringComparison.Ordinal) ? record.Error : $"{record.Path}: {record.Error}");
        if (records.Count > 0 && records.All(r => r.Status != BundleStatus.Analyzed))
            return Shell.Refuse($"none of {records.Count} bundles could be analyzed; {folder.Root} has the reasons");
        return threshold is { } t && records.Any(r => r.Causes.Any(c => c.Severity >= t)) ? Shell.FindingReached : Shell.Done;
    }

    // Results inside a bundle would be its files the next time.
    private static bool Overlaps(string path, BatchFolder folder)
    {
        var bundle = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar;
        var results = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Bundle(""))) + Path.DirectorySeparatorChar;
        return Directory.Exists(path) && (results.StartsWith(bundle, StringComparison.Ordinal) || bundle.StartsWith(results, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Lines(string? file) => file switch
    {
        null => [],
        "-" => Console.In.ReadToEnd().Split('\n'),
        _ => File.ReadAllLines(file),
    };
}
