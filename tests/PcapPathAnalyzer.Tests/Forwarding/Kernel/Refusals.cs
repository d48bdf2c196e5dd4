namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>
/// For want of a route the kernel answers one peer five times at once and then once a second (ip_error, net/ipv4/route.c: error_burst, error_cost;
/// no namespace can change them). A probe that expects such an answer waits until there is one left.
/// </summary>
internal sealed class Refusals
{
    private const double Burst = 4;

    private readonly System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
    private double left = Burst;
    private TimeSpan last;

    public async Task TakeAsync()
    {
        left = Math.Min(Burst, left + (clock.Elapsed - last).TotalSeconds);
        last = clock.Elapsed;
        if (left < 1)
        {
            await Task.Delay(TimeSpan.FromSeconds(1.1 - left));
            (left, last) = (1.1, clock.Elapsed);
        }

        left--;
    }
}
