using System.Globalization;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>Is a packet in an IP set (ipset(8)): the set's type says which fields its members have, the rule whose side of the packet each is.</summary>
internal static class IpSets
{
    public static Answer Ask(NetworkNamespace ns, SetMatch match, PacketState packet) =>
        match.Options.Count > 0 ? Answer.Unknown : In(ns, match.Set, match.Directions, packet, 0);

    private static Answer In(NetworkNamespace ns, string name, IReadOnlyList<string> directions, PacketState packet, int depth)
    {
        if (depth > 1 || !ns.IpSets.TryGetValue(name, out var set))
            return Answer.Unknown;
        var colon = set.Type.IndexOf(':');
        var fields = set.Type[(colon + 1)..].Split(',');
        if (set.Type.StartsWith("list:", StringComparison.Ordinal))
            return Any(set.Members.Select(m => In(ns, m.Text, directions, packet, depth + 1)));
        if (set.Family is { } family && (family == "inet") != packet.Tuple.Source.IsIpv4)
            return Answer.No;
        // The longest network wins, and one marked nomatch is an exception (net/netfilter/ipset/ip_set_hash_net.c).
        var none = set.IsWhole ? Answer.No : Answer.Unknown;
        var answer = none;
        var longest = -1;
        // In a set of networks and interfaces the longest network decides, whether or not one of its interfaces is the packet's (ip_set_hash_gen.h, mtype_test_cidrs).
        var isNetworkFirst = set.Type == "hash:net,iface";
        var candidates = fields[0] is "ip" or "net" ? IpSetIndex.Candidates(set, Masked(set, IsSource(directions, 0) ? packet.Tuple.Source : packet.Tuple.Destination)) : set.Members;
        foreach (var member in candidates)
        {
            var one = Member(set, member, fields, directions, packet, out var length);
            if (one == Answer.Unknown)
                return Answer.Unknown;
            if (one == Answer.Yes && (length > longest || (isNetworkFirst && length == longest)))
                (answer, longest) = (member.NoMatch ? Answer.No : Answer.Yes, length);
            else if (isNetworkFirst && length > longest)
                (answer, longest) = (none, length);
        }

        return answer;
    }

    private static bool IsSource(IReadOnlyList<string> directions, int field) => field < directions.Count ? directions[field] == "src" : directions is ["src"];

    private static Answer Any(IEnumerable<Answer> answers)
    {
        var result = Answer.No;
        foreach (var a in answers)
        {
            if (a == Answer.Yes)
                return a;
            if (a == Answer.Unknown)
                result = a;
        }

        return result;
    }

    // Length: of the member's networks, where the packet is in them; -1 where it is not.
    private static Answer Member(IpSetRecord set, IpSetMember member, string[] fields, IReadOnlyList<string> directions, PacketState packet, out int length)
    {
        length = 0;
        var parts = member.Text.Split(' ', 2)[0].Split(',');
        if (parts.Length != fields.Length)
            return Answer.Unknown;
        for (var i = 0; i < fields.Length; i++)
        {
            var isSource = IsSource(directions, i);
            var one = fields[i] switch
            {
                "ip" or "net" => Address(parts[i], Masked(set, isSource ? packet.Tuple.Source : packet.Tuple.Destination), ref length),
                "port" => Port(parts[i], isSource, packet),
                "iface" => Interface(parts[i], member.IsWildcard, isSource ? packet.In : packet.Out),
                "mark" => Mark(set, parts[i], packet),
                "mac" => Mac(parts[i], isSource, packet),
                _ => Answer.Unknown,
            };
            if (one != Answer.Yes)
            {
                length = fields[i] is "ip" or "net" ? -1 : length;
                return one;
            }
        }

        return Answer.Yes;
    }

    // What the set keeps of an address: its network, or the bits of a mask (ipset(8), netmask and bitmask).
    private static IpAddress Masked(IpSetRecord set, IpAddress address)
    {
        if (set.Options.TryGetValue("netmask", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= address.Bits)
            return new IpPrefix(address, length).Network.Address;
        return set.Options.TryGetValue("bitmask", out text) && IpAddress.TryParse(text, out var mask) && mask.IsIpv4 == address.IsIpv4 ? address & mask : address;
    }

    // "physdev:veth1" asks for the port of a bridge, which a packet's walk does not keep.
    private static Answer Interface(string text, bool isWildcard, string? device)
    {
        if (text.Contains(':'))
            return Answer.Unknown;
        return RuleMatcher.Of(isWildcard ? device?.StartsWith(text, StringComparison.Ordinal) == true : text == device);
    }

    // Without a frame there is none: what the node itself sends has no source address yet.
    private static Answer Mac(string text, bool isSource, PacketState packet)
    {
        if (!isSource || !MacAddress.TryParse(text, out var mac))
            return Answer.Unknown;
        return packet.SourceMac.IsNone ? packet.In is null ? Answer.No : Answer.Unknown : RuleMatcher.Of(packet.SourceMac == mac);
    }

    private static Answer Address(string text, IpAddress address, ref int length)
    {
        if (IpPrefix.TryParse(text, out var prefix))
        {
            length += prefix.Length;
            return RuleMatcher.Of(prefix.Contains(address));
        }

        var dash = text.IndexOf('-');
        if (dash > 0 && IpAddress.TryParse(text.AsSpan(0, dash), out var first) && IpAddress.TryParse(text.AsSpan(dash + 1), out var last))
            return RuleMatcher.Of(address.CompareTo(first) >= 0 && address.CompareTo(last) <= 0);
        return Answer.Unknown;
    }

    // "80", "tcp:80", "udp:1000-2000"
    private static Answer Port(string text, bool isSource, PacketState packet)
    {
        var colon = text.IndexOf(':');
        if (colon > 0)
        {
            if (!IpProtocols.TryParse(text.AsSpan(0, colon), out var protocol))
                return Answer.Unknown;
            if (protocol != packet.Tuple.Protocol)
                return Answer.No;
            text = text[(colon + 1)..];
        }

        var ends = text.Split('-');
        if (!ushort.TryParse(ends[0], CultureInfo.InvariantCulture, out var first) || !ushort.TryParse(ends[^1], CultureInfo.InvariantCulture, out var last))
            return Answer.Unknown;
        var range = isSource ? packet.SourcePorts : packet.DestinationPorts;
        var port = isSource ? packet.Tuple.SourcePort : packet.Tuple.DestinationPort;
        return range is { } r ? r.Within(first, last) : RuleMatcher.Of(port >= first && port <= last);
    }

    private static Answer Mark(IpSetRecord set, string text, PacketState packet)
    {
        var mask = uint.MaxValue;
        if (set.Options.TryGetValue("markmask", out var given) && !RuleValues.TryNumber(given, out mask))
            return Answer.Unknown;
        return RuleValues.TryNumber(text, out var mark) ? RuleMatcher.Of((packet.Mark & mask) == mark) : Answer.Unknown;
    }
}
