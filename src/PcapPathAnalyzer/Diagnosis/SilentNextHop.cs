using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>A lost packet whose place had to resolve the next hop's address, and got no answer to ARP or neighbour discovery.</summary>
/// <param name="Lost">The packet, on one of its possible ways.</param>
/// <param name="Address">The gateway or the destination, for a tunnel the next hop to the far VTEP.</param>
/// <param name="Device">The device it is asked on; null where the route names none.</param>
internal sealed record SilentNextHop(LostPacket Lost, IpAddress Address, string? Device)
{
    /// <summary>All of them. Several endpoints are possible where no capture shows the translation: each is looked at.</summary>
    public static IEnumerable<SilentNextHop> All(Evidence evidence) => evidence.Lost.SelectMany(Ways).Select(Of).Where(s => s.IsSilent(evidence));

    /// <summary>The neighbour entry; null where the dump has none.</summary>
    public Dumps.NeighbourRecord? Entry => Lost.Find(Address, Device);

    /// <summary><c>proven</c> where the neighbour entry says so, or a capture shows the questions.</summary>
    public string Confidence(Evidence evidence) => Entry is { IsUsable: false } || Asked(evidence) is not null ? "proven" : "likely";

    /// <summary>Where it is asked for, for the message, with a blank in front.</summary>
    public string On(Evidence evidence) => (Device ?? Asked(evidence)?.Point.Interface) is { } name ? $" on {name}" : "";

    /// <summary>What the dump and the captures show of it, in brackets with a blank in front.</summary>
    public string State(Evidence evidence)
    {
        var state = Entry?.State is { } s ? $" ({s})" : "";
        return Asked(evidence) is { } asked ? $"{state} ({asked.Questions} questions at {asked.Point}, no answer)" : state;
    }

    /// <summary>Frames that show the loss, then the questions that nobody answered.</summary>
    public IReadOnlyList<FrameLocation> Frames(Evidence evidence, IReadOnlyCollection<LostPacket> items) =>
        [.. evidence.LastFrames(items).Take(2), .. Asked(evidence) is { } asked ? asked.QuestionFrames.Take(2).Select(f => new FrameLocation(asked.Point.File, f)) : []];

    private static IEnumerable<LostPacket> Ways(LostPacket lost) => lost.IsDestinationOpen ? lost.Predicted.Select(p => lost.To(p.Tuple) with { Predicted = [p] }) : [lost];

    private static SilentNextHop Of(LostPacket lost)
    {
        if (lost.Stage != LossStage.Encapsulating)
            return new SilentNextHop(lost, lost.NextHop, lost.OutDevice);
        if (OuterPacket.Of(lost) is not { } outer || RouteLookup.Find(lost.Place, outer.Destination)?.NextHops is not [var hop, ..])
            return new SilentNextHop(lost, IpAddress.None, null);
        return new SilentNextHop(lost, hop.Gateway.IsNone ? outer.Destination : hop.Gateway, hop.Device);
    }

    // FAILED in the table; or the node itself said "host unreachable" about an address that no namespace has.
    private bool IsSilent(Evidence evidence)
    {
        if (!Lost.IsLeaving || Address.IsNone || (Lost.RoutesKnown && Lost.Route is not { Type: "unicast" }))
            return false;
        // Where no routes were dumped, questions for the destination itself show that there is one to it.
        if (Asked(evidence) is { } asked)
            return asked.Answers.Count == 0;
        if (!Lost.RoutesKnown)
            return false;
        return Entry is { } known
            ? !known.IsUsable
            : evidence.Network.Owners(Address).Count == 0 && Lost.Flow.IcmpErrors.Any(e => IsHostUnreachable(e) && RouteLookup.IsLocal(Lost.Place, e.Sender));
    }

    // What the capture on the device shows of the kernel's questions while the packets waited (it asks three times, a second apart).
    private Resolution? Asked(Evidence evidence) =>
        evidence.Resolutions.FirstOrDefault(r => r.Address == Address && r.Questions > 1 && r.Point.Home == Lost.Place && (Device is null || r.Point.Interface == Device || r.Point.Device?.Master?.Name == Device)
            && Lost.Packets.Any(t => IsAround(evidence, r, t.Time)));

    private static bool IsAround(Evidence evidence, Resolution r, long time)
    {
        const long Wait = 5_000_000_000;
        var captured = evidence.Clocks.AsCaptured(r.Point.Index, time);
        return captured > r.FirstQuestion - Wait && captured < r.LastQuestion + Wait;
    }

    private static bool IsHostUnreachable(IcmpErrorSeen e) => e.Sender.IsIpv4 ? e is { Type: 3, Code: 1 } : e is { Type: 1, Code: 3 };
}
