using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Decides which flows keep their packets once they are built: all while there are few, later those that failed or limped.</summary>
/// <param name="limit">Observations of failed flows that are kept, and an eighth as many of healthy ones.</param>
internal sealed class PacketKeeper(long limit)
{
    private long healthy;
    private long troubled;

    private static long Size(FlowDirection direction)
    {
        var sum = 0L;
        foreach (ref readonly var hop in direction.Hops.Records)
            sum += hop.Packets;
        return sum;
    }

    public void Settle(Flow flow)
    {
        var size = Size(flow.Forward) + Size(flow.Reply);
        var isHealthy = flow.Outcome is FlowOutcome.Completed or FlowOutcome.Open && flow.Retransmissions == 0;
        ref var sum = ref isHealthy ? ref healthy : ref troubled;
        var keep = sum + size <= (isHealthy ? limit / 8 : limit);
        foreach (var direction in (ReadOnlySpan<FlowDirection>)[flow.Forward, flow.Reply])
        {
            if (keep)
                direction.KeepPackets();
            else
                direction.DropPackets();
        }

        if (keep)
            sum += size;
    }
}
