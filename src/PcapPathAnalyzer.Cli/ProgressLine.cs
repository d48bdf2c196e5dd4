namespace PcapPathAnalyzer.Cli;

/// <summary>One line on standard error that says what is going on; only where standard error is a terminal.</summary>
internal sealed class ProgressLine : IProgress<AnalysisProgress>, IDisposable
{
    private readonly bool visible = !Console.IsErrorRedirected;

    public void Report(AnalysisProgress value)
    {
        if (visible)
            Console.Error.Write($"\r\e[K{value.Done}/{value.Total} {Reports.Printable.Text(value.Doing)}");
    }

    public void Clear()
    {
        if (visible)
            Console.Error.Write("\r\e[K");
    }

    public void Dispose() => Clear();
}
