using System.CommandLine;
using PcapPathAnalyzer.Batches;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath merge DIR… --out DIR</c>: what several workers wrote as one worker would have written it.</summary>
internal static class MergeCommand
{
    public static Command Create()
    {
        var folders = new Argument<string[]>("DIR") { Description = "Output folders of batch --shard; one is enough where the workers shared it", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--out") { Description = "Where the joined results go (by default the one folder that is named)", HelpName = "DIR" };
        var command = new Command("merge", "Join the results of batch --shard into what one worker would have written") { folders, output };
        command.SetAction(parsed =>
        {
            var from = parsed.GetValue(folders)!;
            if (parsed.GetValue(output) is null && from.Length > 1)
                return Shell.Refuse("merge: several folders need --out");
            var target = new BatchFolder(parsed.GetValue(output) ?? from[0]);
            BatchMerger.Merge(from.Select(f => new BatchFolder(f)), target).Write(target, BatchShard.Whole);
            return Shell.Done;
        });
        return command.WithExamples(
            "pcappath merge out",
            "pcappath merge worker-0 worker-1 --out all");
    }
}
