using System.Globalization;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
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
        var answer = set.IsWhole ? Answer.No : Answer.Unknown;
        var longest = -1;
        foreach (var member in set.Members)
        {
            var one = Member(member, fields, directions, packet, out var length);
            if (one == Answer.Unknown)
                return Answer.Unknown;
            if (one == Answer.Yes && length > longest)
                (answer, longest) = (member.NoMatch ? Answer.No : Answer.Yes, length);
        }

        return answer;
    }

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

    private static Answer Member(IpSetMember member, string[] fields, IReadOnlyList<string> directions, PacketState packet, out int length)
    {
        length = 0;
        var parts = member.Text.Split(' ', 2)[0].Split(',');
        if (parts.Length != fields.Length)
            return Answer.Unknown;
        for (var i = 0; i < fields.Length; i++)
        {
            var isSource = i < directions.Count ? directions[i] == "src" : directions is ["src"];
            var one = fields[i] switch
            {
                "ip" or "net" => Address(parts[i], isSource ? packet.Tuple.Source : packet.Tuple.Destination, ref length),
                "port" => Port(parts[i], isSource, packet),
                "iface" => RuleMatcher.Of(parts[i] == (isSource ? packet.In : packet.Out)),
                "mark" => Mark(parts[i], packet),
                _ => Answer.Unknown,
            };
            if (one != Answer.Yes)
                return one;
        }

        return Answer.Yes;
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

    private static Answer Mark(string text, PacketState packet) =>
        uint.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text, text.StartsWith("0x", StringComparison.Ordinal) ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture, out var mark)
            ? RuleMatcher.Of(packet.Mark == mark)
            : Answer.Unknown;
}
