using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>
/// A long chain by its rules' destinations: of kube-proxy's chain of services, a rule per virtual IP, a packet can meet its own service's rules and
/// those that name no single destination; the thousands between need not be asked.
/// </summary>
internal sealed class ChainIndex
{
    /// <summary>Below this many rules asking each is as fast.</summary>
    private const int Least = 32;

    private static readonly ConditionalWeakTable<IptablesChain, ChainIndex> Known = [];

    private readonly Dictionary<IpAddress, List<int>> byDestination = [];
    private readonly List<int> others = [];

    private ChainIndex(IReadOnlyList<IptablesRule> rules)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (Destination(rules[i]) is not { } address)
                others.Add(i);
            else if (byDestination.TryGetValue(address, out var known))
                known.Add(i);
            else
                byDestination.Add(address, [i]);
        }
    }

    /// <summary>The first rule from <paramref name="index"/> on that a packet to this destination may match; the count of rules where none may.</summary>
    public static int Next(IptablesChain chain, int index, IpAddress destination)
    {
        if (chain.Rules.Count < Least || index >= chain.Rules.Count)
            return index;
        var found = Known.GetValue(chain, static c => new ChainIndex(c.Rules));
        var next = From(found.others, index, chain.Rules.Count);
        return found.byDestination.TryGetValue(destination, out var own) ? Math.Min(next, From(own, index, chain.Rules.Count)) : next;
    }

    private static int From(List<int> sorted, int index, int none)
    {
        var at = sorted.BinarySearch(index);
        at = at < 0 ? ~at : at;
        return at < sorted.Count ? sorted[at] : none;
    }

    private static IpAddress? Destination(IptablesRule rule)
    {
        foreach (var match in rule.Matches)
        {
            if (match is AddressMatch { IsSource: false, Negated: false, Mask: null, Prefix: { IsHost: true } prefix })
                return prefix.Address;
        }

        return null;
    }
}
