using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Routing;

/// <summary>Source addresses of IPv6 (RFC 6724 section 5; ipv6_dev_get_saddr, net/ipv6/addrconf.c).</summary>
internal static class Ip6SourceChoice
{
    // Scopes (RFC 4291 section 2.7): ::1 counts as link-local.
    private const int LinkLocal = 2;
    private const int Global = 14;

    // ip6addrlabel_init_table (net/ipv6/addrlabel.c); RFC 6724 section 2.1. The longest first.
    private static readonly (IpPrefix Prefix, int Label)[] Labels =
        [.. new[] { ("::1/128", 0), ("::ffff:0:0/96", 4), ("::/96", 3), ("2001::/32", 6), ("2001:10::/28", 7), ("2002::/16", 2), ("3ffe::/16", 12), ("fec0::/10", 11), ("fc00::/7", 5), ("::/0", 1) }.Select(static l => (IpPrefix.Parse(l.Item1), l.Item2))];

    /// <summary>None where no address would do.</summary>
    public static IpAddress Of(NetworkNamespace ns, string? device, IpAddress destination)
    {
        var best = default(AddressRecord);
        var bestRank = default((bool, int, bool, bool, bool, int));
        // To a neighbour on the link, or to a group, only the device's own addresses will do.
        var isOwnOnly = destination.IsMulticast || Scope(destination) <= LinkLocal;
        foreach (var i in ns.Interfaces.Where(i => !isOwnOnly || i.Name == device))
        {
            foreach (var record in i.Addresses.Where(IsCandidate))
            {
                var address = record.Address.Address;
                var rank = (address == destination, ScopeRank(Scope(address), Scope(destination)), !record.Flags.Contains("deprecated"), i.Name == device, Label(address) == Label(destination), CommonBits(address, destination, record.Address.Length));
                if (best is null || rank.CompareTo(bestRank) > 0)
                    (best, bestRank) = (record, rank);
            }
        }

        return best?.Address.Address ?? default;
    }

    private static bool IsCandidate(AddressRecord record) =>
        record.Address.Address.IsIpv6 && !record.Address.Address.IsUnspecified && !record.Flags.Contains("tentative") && !record.Flags.Contains("dadfailed");

    private static int Scope(IpAddress address) => address.IsLinkLocal || address.IsLoopback ? LinkLocal : address.IsMulticast ? (int)(address.High >> 48) & 15 : Global;

    // Rule 2: of scopes that reach the destination the smallest, then of those that do not the largest.
    private static int ScopeRank(int scope, int destination) => scope >= destination ? -scope : scope - 128;

    private static int Label(IpAddress address) => Array.Find(Labels, l => l.Prefix.Contains(address)).Label;

    private static int CommonBits(IpAddress a, IpAddress b, int atMost)
    {
        var high = System.Numerics.BitOperations.LeadingZeroCount(a.High ^ b.High);
        return Math.Min(atMost, high < 64 ? high : 64 + System.Numerics.BitOperations.LeadingZeroCount(a.Low ^ b.Low));
    }
}
