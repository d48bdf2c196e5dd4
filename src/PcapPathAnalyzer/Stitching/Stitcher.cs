using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Insides;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Observations in, flows out: legs, joins across translations, clocks, transmissions, paths.</summary>
internal sealed class Stitcher(Observations observations, Network network, BlockPool pool)
{
    /// <summary>Observations whose flows are built at once, by one thread: their memory stays in reach of the processor's cache and of the limit on all memory.</summary>
    public int PartitionSize { get; init; } = 1 << 18;

    /// <summary>Builds all flows, in order of their first packet.</summary>
    /// <param name="explain">Makes, once a thread, what is done with each flow while its packets are there; runs side by side.</param>
    /// <param name="settle">Called for each flow in order, one at a time; packets that are not detached in it are gone afterwards.</param>
    public StitchResult Stitch(Func<Action<Flow>> explain, Action<Flow, ClockTable> settle)
    {
        var groups = new LegJoiner(observations, network).Join();
        observations.Insides = new InsideFinder(observations, network, groups).Find();
        var clocks = new ClockSample(observations, network).Estimate(groups);
        var plan = new FlowPlan(observations, groups, clocks, PartitionSize);
        var partitions = plan.Distribute(pool);
        var flows = new List<Flow>(groups.Count);
        var number = 1;
        // Once for all threads: they only ask, and to read all rulesets takes as long as many flows.
        var services = new ServiceAddresses(network);
        var workers = new PartitionWorkers(() => new PartitionBuilder(observations, network, services, clocks, plan, explain()));
        foreach (var built in workers.Run(partitions))
        {
            foreach (var flow in built.Flows)
            {
                flow.Number = flows.Count + 1;
                number = flow.Reply.Number(flow.Forward.Number(number));
                settle(flow, clocks);
                flows.Add(flow);
            }

            built.Release();
            observations.Pass(built.Number);
        }

        return new StitchResult(flows, clocks);
    }
}

internal sealed record StitchResult(List<Flow> Flows, ClockTable Clocks);
