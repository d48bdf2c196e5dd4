using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>What a finding may look at: the observed flows, and the network that the dumps describe.</summary>
public sealed class Evidence
{
    private readonly Dictionary<Flow, LostPacket> lostOf;
    private readonly Lazy<IReadOnlyList<SilentNextHop>> silent;

    internal Evidence(Network network, ObservationTables store, IReadOnlyList<Flow> flows, ClockTable clocks, IReadOnlyList<Problem> problems)
    {
        Network = network;
        Walks = new SharedWalks(network);
        Store = store;
        Flows = flows;
        Clocks = clocks;
        Problems = problems;
        Lost = [.. flows.Where(f => f.Failed()).Select(f => LossFinder.Find(store, network, f)).OfType<LostPacket>()];
        silent = new Lazy<IReadOnlyList<SilentNextHop>>(() => [.. SilentNextHop.All(this)]);
        lostOf = Lost.ToDictionary(static l => l.Flow);
        Gaps = new CaptureGaps(store, flows, clocks);
        Coverage = new Coverage(this);
    }

    public Network Network { get; }

    /// <summary>What the dumps predict for flows; many flows ask the same.</summary>
    internal SharedWalks Walks { get; }

    public IReadOnlyList<Flow> Flows { get; }

    public ClockTable Clocks { get; }

    public IReadOnlyList<Problem> Problems { get; }

    public IReadOnlyList<CapturePoint> CapturePoints => Store.Points;

    internal ObservationTables Store { get; }

    /// <summary>The capture files, to be looked into again where a finding needs more than observations keep.</summary>
    public IReadOnlyList<BundleCapture> Captures { get; init; } = [];

    /// <summary>ARP and neighbour discovery that the captures show.</summary>
    internal IReadOnlyList<Resolution> Resolutions { get; init; } = [];

    /// <summary>One per failed flow whose packets end somewhere; those that arrived and were not answered too.</summary>
    internal IReadOnlyList<LostPacket> Lost { get; }

    /// <summary>Those of <see cref="Lost"/> whose next hop does not answer.</summary>
    internal IReadOnlyList<SilentNextHop> Silent => silent.Value;

    /// <summary>Where a flow's packets end; null where it did not fail, or the place is not known.</summary>
    internal LostPacket? LostOf(Flow flow) => lostOf.GetValueOrDefault(flow);

    internal Coverage Coverage { get; }

    /// <summary>What captures lack.</summary>
    internal CaptureGaps Gaps { get; }
}
