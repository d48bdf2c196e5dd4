using System.Collections.Concurrent;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>
/// Walks of many connections of one network, on any number of threads: first packets that differ in nothing but an ephemeral source port share one walk
/// where no rule of the network asks for such a port. The ways of a shared walk have the first ephemeral port, whoever asked first.
/// </summary>
public sealed class SharedWalks(Network network)
{
    /// <summary>A walk of six ways takes about 40 kB; beyond this many they are walked anew.</summary>
    private const int MaxKept = 4096;

    private readonly ConcurrentDictionary<WalkRequest, WalkResult> known = new();
    private readonly bool isPortAsked = SourcePortUse.In(network);

    private int walked;

    /// <summary>Walks that were really walked.</summary>
    public int Count => walked;

    public WalkResult Run(WalkRequest request)
    {
        var key = Key(request);
        if (known.TryGetValue(key, out var result))
            return result;
        Interlocked.Increment(ref walked);
        result = Walk.Run(network, key);
        if (known.Count < MaxKept)
            known.TryAdd(key, result);
        return result;
    }

    private WalkRequest Key(WalkRequest request)
    {
        var tuple = request.Packet.Tuple;
        return isPortAsked || !tuple.Protocol.HasPorts() || tuple.SourcePort < PortRange.Ephemeral.First
            ? request
            : request with { Packet = request.Packet with { Tuple = tuple with { SourcePort = PortRange.Ephemeral.First } } };
    }
}
