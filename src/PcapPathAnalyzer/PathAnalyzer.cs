using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer;

/// <summary>The public entry: a bundle goes in, explained flows and findings come out.</summary>
public static class PathAnalyzer
{
    /// <summary>Analyzes a bundle. Damaged inputs are read as far as they go and reported; they cost no other input its result.</summary>
    /// <param name="bundle">What <see cref="BundleReader.Read(string)"/> found.</param>
    /// <param name="options">Null for the defaults.</param>
    public static AnalysisResult Analyze(Bundle bundle, AnalysisOptions? options = null)
    {
        options ??= new AnalysisOptions();
        var problems = new List<Problem>(bundle.Problems);
        var network = BuildNetwork(bundle);
        using var pool = new BlockPool(options.ObservationMemory);
        var meter = options.Progress is { } progress ? new ReadingMeter(progress, bundle) : null;
        var (readings, observations) = new CaptureFiles(network, pool, options.Filter).Read(meter?.Meter(bundle.Captures) ?? bundle.Captures);
        problems.AddRange(readings.SelectMany(r => r.Problems));
        var count = observations.Count;
        meter?.Next($"stitching {count} observations");
        var keeper = new PacketKeeper(options.KeptObservations);
        var (flows, clocks) = new Stitcher(observations, network, pool).Stitch(() => Explainer(network), (flow, clocks) =>
        {
            if (options.Packets is { } sink)
                PacketSighting.Send(flow, observations.Tables, clocks, sink);
            keeper.Settle(flow);
        });
        AddressEvidence.Apply(flows, network);
        LocalRedirect.Apply(flows, network);
        meter?.Next("diagnosing");
        var evidence = new Evidence(network, observations.Tables, flows, clocks, problems) { Captures = bundle.Captures, Resolutions = [.. readings.SelectMany(r => r.Resolutions.All)] };
        ChosenEndpoint.Apply(evidence);
        return new AnalysisResult
        {
            Bundle = bundle,
            Network = network,
            CapturePoints = observations.Tables.Points,
            Flows = flows,
            Findings = FindingCatalogue.Diagnose(evidence),
            Clocks = clocks,
            Problems = problems,
            Frames = readings.Sum(r => r.Frames),
            Observations = count,
            DecodeFaults = Enum.GetValues<DecodeFault>().Where(f => f != DecodeFault.None).Select(f => (Fault: f, Count: readings.Sum(r => r.Faults[(int)f]))).Where(p => p.Count > 0).ToDictionary(p => p.Fault, p => p.Count),
            Tables = observations.Tables,
        };
    }

    // One a thread: it remembers rulesets' answers.
    private static Action<Flow> Explainer(Network network)
    {
        var explainer = new HopExplainer(network);
        return flow =>
        {
            flow.Outcome = OutcomeJudge.Judge(flow);
            explainer.Explain(flow);
        };
    }

    /// <summary>The network as the bundle's dumps describe it.</summary>
    public static Network BuildNetwork(Bundle bundle)
    {
        var builder = new TopologyBuilder();
        foreach (var dump in bundle.Dumps)
            builder.Add(dump.Namespace, dump.Document);
        foreach (var capture in bundle.Captures)
            builder.AddNamespace(capture.Namespace);
        foreach (var (ns, node) in bundle.StatedNodes)
            builder.StateNode(ns, node);
        foreach (var (node, offset) in bundle.StatedClocks)
            builder.StateClock(node, offset);
        return builder.Build();
    }
}

/// <summary>Choices of an analysis.</summary>
public sealed record AnalysisOptions
{
    /// <summary>Bytes of observations that are kept in memory while captures are read; what is more goes to a temporary file.</summary>
    public long ObservationMemory { get; init; } = 768L << 20;

    /// <summary>Observations whose packets are kept with their flows after the analysis, for tracing and findings; failed flows have the first claim.</summary>
    public long KeptObservations { get; init; } = 2_000_000;

    /// <summary>Takes every packet at every capture point, flow by flow, whether the flow keeps its packets or not.</summary>
    public PacketSink? Packets { get; init; }

    /// <summary>Only frames for which this says yes are looked at; called from several threads at once. Null takes all.</summary>
    public FrameFilter? Filter { get; init; }

    public IProgress<AnalysisProgress>? Progress { get; init; }
}
