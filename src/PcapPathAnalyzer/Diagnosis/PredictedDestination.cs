using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Where a namespace's DNAT rules would send a connection whose translation no capture shows: one entry per endpoint.</summary>
internal static class PredictedDestination
{
    /// <summary>Empty where no rule translates it. The citation is the rule, with the jumps that lead to it.</summary>
    public static IReadOnlyList<(FiveTuple Tuple, Stitching.Citation Rule)> Of(NetworkNamespace ns, FiveTuple tuple, string? ingress)
    {
        var packet = new PacketState { Tuple = tuple, In = ingress, TcpFlags = 2 };
        var found = new List<(FiveTuple Tuple, Stitching.Citation Rule)>();
        foreach (var outcome in new Firewall(ns).Nat(packet, ingress is null ? "OUTPUT" : "PREROUTING"))
        {
            if (outcome.Target is not NatTarget { Translation: NatKind.Dnat, FirstAddress.IsNone: false } target)
                continue;
            var to = tuple with { Destination = target.FirstAddress, DestinationPort = target.FirstPort == 0 ? tuple.DestinationPort : target.FirstPort };
            if (!found.Exists(f => f.Tuple == to))
                found.Add((to, HopExplainer.Cite(outcome)!));
        }

        return found;
    }
}
