using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Why two legs are one flow, in words when somebody asks.</summary>
/// <param name="Tables">What the tuples' numbers mean.</param>
/// <param name="Before">Tuple of the one, from client to server.</param>
/// <param name="After">Tuple of the other.</param>
internal sealed record FlowJoin(ObservationTables Tables, int Before, int After, JoinReason Reason)
{
    /// <summary>Packets seen under both tuples, for <see cref="JoinReason.Identity"/>.</summary>
    public int Packets { get; init; }

    /// <summary>The client's, for <see cref="JoinReason.Handshake"/>.</summary>
    public uint? InitialSequence { get; init; }

    /// <summary>The entry, for <see cref="JoinReason.Conntrack"/>.</summary>
    public SourceLocation? Conntrack { get; init; }

    /// <summary>The rule that translates, for <see cref="JoinReason.Rule"/>.</summary>
    public SourceLocation? Rule { get; init; }

    /// <summary>Where the entry was dumped, and so where the translation was made.</summary>
    public NetworkNamespace? Namespace { get; init; }

    public override string ToString()
    {
        var (a, b) = (Tables.Tuples[Before], Tables.Tuples[After]);
        return Reason switch
        {
            JoinReason.Handshake => $"identity: the same handshake (client's initial sequence number {InitialSequence}) seen both as {a} and as {b}",
            JoinReason.Identity => $"identity: {Packets} packet(s) seen both as {a} and as {b}",
            JoinReason.Rule => $"rule: {Rule?.ToString() ?? "the dumped rules"} translates {a} to {b}; no packet tells, and nothing else that was there at the time fits",
            JoinReason.Ambiguous when Packets == 0 => $"ambiguous: the rules lead from {a} to {b}, and others fit as well; not joined",
            JoinReason.Ambiguous => $"ambiguous: {Packets} packet(s) of {a} and of {b} look alike, as others do; not joined",
            _ => $"conntrack: {Conntrack} translates {a} to {b}",
        };
    }
}
