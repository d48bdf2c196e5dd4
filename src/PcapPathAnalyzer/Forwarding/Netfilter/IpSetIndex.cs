using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>A long set by its members' first address: of kube-proxy's thousands of virtual addresses only those of the packet's own need to be looked at.</summary>
internal sealed class IpSetIndex
{
    /// <summary>Below this many members looking at each is as fast.</summary>
    private const int Least = 32;

    private static readonly ConditionalWeakTable<IpSetRecord, IpSetIndex> Known = [];

    private readonly Dictionary<IpAddress, List<IpSetMember>> byAddress = [];
    private readonly List<IpSetMember> others = [];

    private IpSetIndex(IpSetRecord set)
    {
        foreach (var member in set.Members)
        {
            var text = member.Text.AsSpan();
            var end = text.IndexOfAny(',', ' ');
            if (!IpAddress.TryParse(end < 0 ? text : text[..end], out var address))
                others.Add(member); // a network, a range, or no address at all
            else if (byAddress.TryGetValue(address, out var known))
                known.Add(member);
            else
                byAddress.Add(address, [member]);
        }
    }

    /// <summary>The members that a packet may be, whose address for the set's first field this is.</summary>
    public static IEnumerable<IpSetMember> Candidates(IpSetRecord set, IpAddress address)
    {
        if (set.Members.Count < Least)
            return set.Members;
        var index = Known.GetValue(set, static s => new IpSetIndex(s));
        return index.byAddress.TryGetValue(address, out var own) ? own.Concat(index.others) : index.others;
    }
}
