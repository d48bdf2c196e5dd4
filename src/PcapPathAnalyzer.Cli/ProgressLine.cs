using System.Diagnostics;
using PcapPathAnalyzer.Reports;
using Spectre.Console;

namespace PcapPathAnalyzer.Cli;

/// <summary>
/// What is going on, on standard error: a bar with rate and time left on a terminal, lines with the time each step took with
/// <c>--verbose</c>, and nothing where standard error goes to a file or with <c>--quiet</c>.
/// </summary>
internal sealed class ProgressLine : IProgress<AnalysisProgress>, IDisposable
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock turn = new();
    private readonly Task? bar;
    private ProgressTask? shown;
    private AnalysisProgress? latest;
    private string doing = "";
    private TimeSpan begun;

    public ProgressLine()
    {
        if (Console.IsErrorRedirected || Terminal.IsQuiet || Terminal.IsVerbose)
            return;
        // Left to itself, Spectre.Console takes a redirected standard output for a terminal that nobody looks at.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Interactive = InteractionSupport.Yes });
        var progress = console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn());
        bar = ShowAsync(progress);
    }

    // What is done in a moment needs no bar.
    private async Task ShowAsync(Progress progress)
    {
        if (await Task.WhenAny(ended.Task, Task.Delay(400)) == ended.Task)
            return;
        await progress.StartAsync(async context =>
        {
            lock (turn)
            {
                shown = context.AddTask("reading", maxValue: 1);
                if (latest is { } value)
                    Show(shown, value);
            }

            await ended.Task;
        });
    }

    /// <summary>Called from any thread.</summary>
    public void Report(AnalysisProgress value)
    {
        if (bar is null && !Terminal.IsVerbose)
            return;
        lock (turn)
        {
            if (Terminal.IsVerbose && value.Doing != doing)
                EndStep();
            doing = value.Doing;
            latest = value;
            if (shown is not null)
                Show(shown, value);
        }
    }

    private static void Show(ProgressTask task, AnalysisProgress value)
    {
        task.Description = Markup.Escape(Printable.Text(value.Doing));
        task.MaxValue = Math.Max(1, value.Total);
        task.Value = value.Done;
        task.IsIndeterminate = value.Done >= value.Total;
    }

    /// <summary>Takes the bar away; must be called before anything else is written to the terminal.</summary>
    public void Clear()
    {
        lock (turn)
        {
            if (Terminal.IsVerbose)
                EndStep();
            doing = "";
        }

        ended.TrySetResult();
        bar?.GetAwaiter().GetResult();
    }

    public void Dispose() => Clear();

    private void EndStep()
    {
        if (doing.Length > 0)
            Terminal.Note($"{Printable.Text(doing)}: {(clock.Elapsed - begun).TotalSeconds:0.000} s");
        begun = clock.Elapsed;
    }
}
