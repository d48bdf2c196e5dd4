using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Applies a DNAT, SNAT, MASQUERADE, REDIRECT or NETMAP rule to a connection's first packet (net/netfilter/xt_nat.c, xt_MASQUERADE.c, xt_REDIRECT.c, xt_NETMAP.c).</summary>
internal static class Translation
{
    private const int MaxWays = 64; // beyond that, the ways differ in nothing a reader could use

    /// <summary>One way, or one per address of a range, from which a hash of the client chooses, and per port of a short one, from which chance does.</summary>
    public static IEnumerable<Branch> Apply(Branch b, NetfilterRule rule, RuleTarget decided, string hook, bool isDestination)
    {
        if (decided is not NatTarget { Translation: NatKind.Dnat or NatKind.Redirect, BasePort: 0 } target || !(target.Random || target.RandomFully) || target.LastPort <= target.FirstPort || target.LastPort - target.FirstPort >= MaxWays)
            return Decided(b, rule, decided, hook, isDestination);
        var ports = target.LastPort - target.FirstPort + 1;
        return Enumerable.Range(target.FirstPort, ports).SelectMany(port => Decided(
            b with { Probability = b.Probability / ports, Conditions = b.Conditions.Add($"{rule.Location}: chance chooses port {port}") },
            rule,
            target with { FirstPort = (ushort)port, LastPort = (ushort)port },
            hook,
            isDestination));
    }

    private static IEnumerable<Branch> Decided(Branch b, NetfilterRule rule, RuleTarget decided, string hook, bool isDestination)
    {
        if (decided is NetmapTarget netmap)
        {
            yield return Set(b, rule, hook, isDestination, Map(isDestination ? b.Packet.Tuple.Destination : b.Packet.Tuple.Source, netmap.Prefix), new NatTarget(isDestination ? NatKind.Dnat : NatKind.Snat) { Name = "NETMAP" });
            yield break;
        }

        var target = (NatTarget)decided;
        switch (target.Translation)
        {
            case NatKind.Redirect:
                var local = RedirectAddress(b, hook);
                yield return local.IsNone ? b.Stop(StepKind.Drop, Verdict.DroppedByRule, $"REDIRECT finds no address on {b.Packet.In}", rule.Location) : Set(b, rule, hook, true, local, target);
                break;
            case NatKind.Masquerade:
                var source = SourceAddressChoice.Of(b.Namespace, b.Packet.Out, b.Packet.Tuple.Source.IsIpv4 && b.Route?.NextHop is { Gateway.IsNone: false } hop && hop.Gateway.IsIpv4 ? hop.Gateway : b.Packet.Tuple.Destination);
                yield return source.IsNone
                    ? b.Stop(StepKind.Drop, Verdict.DroppedByRule, $"MASQUERADE finds no address on {b.Packet.Out}", rule.Location)
                    : Set(b, rule, hook, false, source, target);
                break;
            default:
                foreach (var way in Range(b, rule, target, hook))
                    yield return way;
                break;
        }
    }

    private static IEnumerable<Branch> Range(Branch b, NetfilterRule rule, NatTarget target, string hook)
    {
        var isDestination = target.Translation == NatKind.Dnat;
        var reply = b.Packet.Connection!.Reply;
        var old = isDestination ? reply.Source : reply.Destination;
        var (first, last) = (target.FirstAddress, target.LastAddress.IsNone ? target.FirstAddress : target.LastAddress);
        if (first.IsNone)
        {
            yield return Set(b, rule, hook, isDestination, old, target);
            yield break;
        }

        var count = last.Low - first.Low + 1;
        if (last.CompareTo(first) < 0 || last.High != first.High || count is 0 or > MaxWays)
        {
            yield return b.CannotTell($"which of the addresses {first}-{last} is chosen needs the kernel's hash seed", rule.Location);
            yield break;
        }

        for (ulong i = 0; i < count; i++)
        {
            var way = count == 1 ? b : (b with { Probability = b.Probability / count, Conditions = b.Conditions.Add($"{rule.Location}: the hash of the flow chooses {At(first, i)}") });
            yield return Set(way, rule, hook, isDestination, At(first, i), target);
        }
    }

    private static IpAddress At(IpAddress first, ulong i) => first.IsIpv4 ? IpAddress.FromIpv4((uint)(first.Low + i)) : IpAddress.FromIpv6(first.High, first.Low + i);

    private static Branch Set(Branch b, NetfilterRule rule, string hook, bool isDestination, IpAddress address, NatTarget target)
    {
        var c = b.Packet.Connection!;
        if (isDestination)
        {
            var (port, range) = Ports(target, c.Reply.SourcePort, c.ReplySourcePorts, isDestination: true);
            c = c with { IsDestinationDone = true, Reply = c.Reply with { Source = address, SourcePort = port }, ReplySourcePorts = range };
        }
        else
        {
            var (port, range) = Ports(target, c.Reply.DestinationPort, c.ReplyDestinationPorts, isDestination: false);
            c = c with { IsSourceDone = true, Reply = c.Reply with { Destination = address, DestinationPort = port }, ReplyDestinationPorts = range };
        }

        return Become(b, c, hook, isDestination ? StepKind.Dnat : target.Translation == NatKind.Masquerade ? StepKind.Masquerade : StepKind.Snat, rule);
    }

    /// <summary>The same source address with a port that the kernel chooses.</summary>
    public static Branch OtherPort(Branch b, Connection c, string hook)
    {
        var (port, range) = Ports(new NatTarget(NatKind.Snat) { Name = "SNAT", Random = true }, c.Reply.DestinationPort, c.ReplyDestinationPorts, isDestination: false);
        c = c with { IsSourceDone = true, Reply = c.Reply with { DestinationPort = port }, ReplyDestinationPorts = range };
        return Become(b, c, hook, StepKind.Snat, null, ": its answers would collide with another connection's packets");
    }

    // The packet as its connection has become: one that goes along with it looks like the reverse of its answers; a reset that goes against it stays as it is.
    private static Branch Become(Branch b, Connection c, string hook, StepKind kind, NetfilterRule? rule, string why = "")
    {
        var isDestination = kind == StepKind.Dnat;
        var packet = b.Packet with { IsDestinationTranslated = c.IsDestinationTranslated, IsSourceTranslated = c.IsSourceTranslated, Connection = c };
        if (packet.IsReply)
            return b.Keep(c) with { Packet = packet };
        packet = isDestination
            ? packet with { Tuple = packet.Tuple with { Destination = c.Reply.Source, DestinationPort = c.Reply.SourcePort }, DestinationPorts = c.ReplySourcePorts }
            : packet with { Tuple = packet.Tuple with { Source = c.Reply.Destination, SourcePort = c.Reply.DestinationPort }, SourcePorts = c.ReplyDestinationPorts };
        var text = $"{(isDestination ? "destination" : "source")} {Endpoint(b.Packet, isDestination)} becomes {Endpoint(packet, isDestination)}{why}";
        return (b.Keep(c) with { Packet = packet }).Add(new PathStep(kind, b.Namespace.Name, text, packet) { Hook = hook, Table = "nat", Chain = rule?.Chain, Location = rule?.Location, Depth = b.Depth });
    }

    // A source port is kept where it is free; the random options and named ranges choose another.
    private static (ushort Port, PortRange? Range) Ports(NatTarget target, ushort port, PortRange? range, bool isDestination)
    {
        var last = Math.Max(target.FirstPort, target.LastPort);
        if (target.FirstPort != 0)
        {
            if (target.FirstPort == last)
                return (last, null);
            // As far behind the first port as the old one is behind the base, counted round (nf_nat_l4proto_unique_tuple, NF_NAT_RANGE_PROTO_OFFSET).
            if (target.BasePort != 0)
                return range is null ? ((ushort)(target.FirstPort + ((ushort)(port - target.BasePort) % (last - target.FirstPort + 1))), null) : (0, new PortRange(target.FirstPort, last));
            // A port that is in the range already is kept, unless the rule says random (get_unique_tuple).
            if (range is null && port >= target.FirstPort && port <= last && !target.Random && !target.RandomFully)
                return (port, null);
            // Of destinations' ports the first one is taken (nf_nat_l4proto_unique_tuple); that a connection of the same ends has it already is next to impossible.
            return isDestination && !target.Random && !target.RandomFully ? (target.FirstPort, null) : (0, new PortRange(target.FirstPort, last));
        }

        if (isDestination || !(target.Random || target.RandomFully))
            return (port, range);
        if (range is null && port == 0)
            return (0, null); // no ports in this protocol
        return (0, range is null && port < 512 ? new PortRange(1, 511) : range is null && port < 1024 ? new PortRange(600, 1023) : PortRange.Translated);
    }

    // REDIRECT (net/netfilter/nf_nat_redirect.c): to the first address of the device it came in by, of IPv6 one of the destination's scope; of locally
    // generated packets, to the loopback address. None where the device has none.
    private static IpAddress RedirectAddress(Branch b, string hook)
    {
        var destination = b.Packet.Tuple.Destination;
        if (hook == "OUTPUT")
            return destination.IsIpv4 ? IpAddress.FromIpv4(0x7F000001) : IpAddress.FromIpv6(0, 1);
        return b.Namespace.Interface(b.Packet.In ?? "")?.Addresses
            .Where(r => r.Address.Address.IsIpv4 == destination.IsIpv4 && !r.Flags.Contains(destination.IsIpv4 ? "secondary" : "tentative"))
            .Select(r => r.Address.Address).FirstOrDefault(a => destination.IsIpv4 || !destination.IsLinkLocal || a.IsLinkLocal) ?? default;
    }

    private static IpAddress Map(IpAddress old, IpPrefix prefix)
    {
        var network = prefix.Network.Address;
        if (old.IsIpv4)
            return IpAddress.FromIpv4(prefix.Length == 0 ? old.Ipv4Value : network.Ipv4Value | (old.Ipv4Value & (uint)((1UL << (32 - prefix.Length)) - 1)));
        var (high, low) = prefix.Length >= 64
            ? (0UL, prefix.Length == 128 ? 0UL : old.Low & (ulong.MaxValue >> (prefix.Length - 64)))
            : (prefix.Length == 0 ? old.High : old.High & (ulong.MaxValue >> prefix.Length), old.Low);
        return IpAddress.FromIpv6(network.High | high, network.Low | low);
    }

    internal static string Endpoint(PacketState packet, bool isDestination)
    {
        var address = isDestination ? packet.Tuple.Destination : packet.Tuple.Source;
        if (!packet.Tuple.Protocol.HasPorts())
            return $"{address}";
        var range = isDestination ? packet.DestinationPorts : packet.SourcePorts;
        var port = isDestination ? packet.Tuple.DestinationPort : packet.Tuple.SourcePort;
        return (address.IsIpv4 ? $"{address}" : $"[{address}]") + ":" + (range is { } r ? $"{r}" : $"{port}");
    }
}
