using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;
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
        var store = new ObservationStore();
        var decoder = new FrameDecoder(new DecodeOptions { VxlanPorts = VxlanPorts(network) });
        var reader = new ObservationReader(store, new CapturePointResolver(network, store.Points), decoder);
        var done = 0;
        foreach (var capture in bundle.Captures)
        {
            options.Progress?.Report(new AnalysisProgress($"reading {capture.File}", done++, bundle.Captures.Count));
            ReadCapture(reader, capture, problems);
        }

        options.Progress?.Report(new AnalysisProgress($"stitching {store.Count} observations", done, bundle.Captures.Count));
        var (flows, clocks) = new Stitcher(store, network, bundle.StatedClocks).Stitch();
        foreach (var flow in flows)
            flow.Outcome = OutcomeJudge.Judge(flow);
        var explainer = new HopExplainer();
        foreach (var flow in flows)
            explainer.Explain(flow);
        options.Progress?.Report(new AnalysisProgress("diagnosing", done, bundle.Captures.Count));
        var evidence = new Evidence(network, store, flows, clocks, problems);
        return new AnalysisResult
        {
            Bundle = bundle,
            Network = network,
            CapturePoints = store.Points,
            Flows = flows,
            Findings = FindingCatalogue.Diagnose(evidence),
            Clocks = clocks,
            Problems = problems,
            Frames = reader.Frames,
            DecodeFaults = reader.Faults.Select((n, i) => (Fault: (DecodeFault)i, Count: n)).Where(p => p.Fault != DecodeFault.None && p.Count > 0).ToDictionary(p => p.Fault, p => p.Count),
            Observations = store,
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
        return builder.Build();
    }

    private static void ReadCapture(ObservationReader reader, BundleCapture capture, List<Problem> problems)
    {
        try
        {
            reader.Read(capture, problems);
        }
        catch (IOException e)
        {
            problems.Add(new Problem(Severity.Warning, "unreadable-input", new SourceLocation(capture.File, 0), e.Message));
        }
    }

    // The IANA port, Linux's historical default, and what the devices in the dumps use.
    private static HashSet<int> VxlanPorts(Network network)
    {
        var ports = new HashSet<int> { 4789, 8472 };
        foreach (var device in network.Namespaces.SelectMany(n => n.Interfaces))
        {
            if (device.Link.Vxlan is { } vxlan)
                ports.Add(vxlan.DestinationPort);
        }

        return ports;
    }
}

/// <summary>Choices of an analysis.</summary>
public sealed record AnalysisOptions
{
    public IProgress<AnalysisProgress>? Progress { get; init; }
}

/// <summary>What the analysis is doing, and how many captures are read.</summary>
public readonly record struct AnalysisProgress(string Doing, int Done, int Total);
