using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>All checks, and the one call that runs them.</summary>
public static class DumpChecks
{
    /// <summary>A new check is a new file and a line here.</summary>
    public static IReadOnlyList<IDumpCheck> All { get; } =
    [
        new DuplicateAddress(),
        new OverlappingPodSubnets(),
        new UnreachableGateway(),
        new UnusableDevice(),
        new FailedNeighbour(),
        new TunnelNextHop(),
        new TunnelPeer(),
        new TunnelMtu(),
        new PodMtu(),
        new ServiceEndpoints(),
        new UnknownEndpoint(),
        new HairpinOff(),
        new BridgeCallsIptables(),
        new ForwardingDisabled(),
        new ReversePathFilter(),
        new ForwardPolicy(),
        new ShadowedRule(),
        new ChainReferences(),
        new SetReferences(),
        new TwoBackends(),
        new MarkAfterMasquerade(),
        new ConntrackFull(),
        new ReaderProblems(),
    ];

    /// <summary>Every remark once, in the order of files and lines.</summary>
    /// <param name="network">What the dumps describe.</param>
    /// <param name="problems">What the bundle and its readers could not take.</param>
    public static IReadOnlyList<DumpRemark> Run(Network network, IReadOnlyList<Problem> problems)
    {
        var dumps = new DumpNetwork(network, problems);
        return
        [
            .. All.SelectMany(c => c.Find(dumps)).DistinctBy(r => r.Problem)
                .OrderBy(r => r.Problem.Location.File, StringComparer.Ordinal).ThenBy(r => r.Problem.Location.Line).ThenBy(r => r.Problem.Location.Column)
                .ThenByDescending(r => r.Problem.Severity).ThenBy(r => r.Problem.Code, StringComparer.Ordinal).ThenBy(r => r.Problem.Message, StringComparer.Ordinal),
        ];
    }
}
