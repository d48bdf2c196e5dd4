using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Says what happened to a flow's packets between one hop and the next, and which dump line decided it.</summary>
internal sealed class HopExplainer
{
    private readonly Dictionary<NetworkNamespace, Firewall> firewalls = [];

    // The skb mark that a namespace's DNAT path left on the flow's first packet: POSTROUTING rules ask for it hops later.
    private readonly Dictionary<NetworkNamespace, uint> marks = [];

    public void Explain(Flow flow)
    {
        Explain(flow, flow.Forward, isReply: false);
        Explain(flow, flow.Reply, isReply: true);
    }

    private void Explain(Flow flow, FlowDirection direction, bool isReply)
    {
        marks.Clear();
        // What a node sends itself is translated before anything can see it; and captures may begin behind a translation.
        if (!isReply && direction.Hops.Count > 0 && direction.Hops[0] is var first && first.Tuple != flow.Requested)
            first.Actions = [.. Translations(flow.Requested, null, first, isReply: false)];
        for (var i = 1; i < direction.Hops.Count; i++)
        {
            var (from, to) = (direction.Hops[i - 1], direction.Hops[i]);
            var actions = new List<HopAction>();
            if (from.IsTunnelled && from.Tunnel != to.Tunnel)
                actions.Add(new HopAction($"{TunnelName(from.Tunnel)}-decap"));
            if (Crosses(from, to))
                actions.Add(new HopAction("veth"));
            if (IsBridged(from, to))
                actions.Add(new HopAction("bridge"));
            if (from.Tuple != to.Tuple)
                actions.AddRange(Translations(from.Tuple, from, to, isReply));
            if (PathOrder.TtlDrop((byte)to.Ttl) > PathOrder.TtlDrop((byte)from.Ttl))
                actions.Add(new HopAction("route"));
            if (to.IsTunnelled && from.Tunnel != to.Tunnel)
                actions.Add(new HopAction($"{TunnelName(to.Tunnel)}-encap"));
            to.Actions = actions;
        }
    }

    private IEnumerable<HopAction> Translations(FiveTuple before, Hop? from, Hop to, bool isReply)
    {
        if (isReply)
        {
            yield return new HopAction("un-nat");
            yield break;
        }

        var after = to.Tuple;
        var packet = new PacketState { Tuple = before, In = from is null ? null : Ingress(from, to), TcpFlags = 2 };
        var destinationChanged = before.Destination != after.Destination || before.DestinationPort != after.DestinationPort;
        foreach (var home in Translators(from, to))
        {
            var firewall = FirewallOf(home);
            var destination = destinationChanged ? firewall.ExplainDestination(packet, after.Destination, after.DestinationPort) : null;
            if (destinationChanged && destination is null && home != Translators(from, to).Last())
                continue;
            if (destination is not null)
                marks[home] = destination.Packet.Mark;
            if (destinationChanged)
                yield return new HopAction("dnat") { Citation = Cite(destination) };
            if (before.Source == after.Source && before.SourcePort == after.SourcePort)
                yield break;
            var translated = packet with
            {
                Tuple = before with { Destination = after.Destination, DestinationPort = after.DestinationPort },
                Mark = marks.GetValueOrDefault(home),
                IsDestinationTranslated = destinationChanged,
                Out = to.Point.Home == home ? to.Point.Device?.Master?.Name ?? to.Point.Interface : null,
            };
            var source = firewall.ExplainSource(translated, after.Source, after.SourcePort);
            if (source is null && !destinationChanged && home != Translators(from, to).Last())
                continue;
            yield return new HopAction(source?.Target is NatTarget { Translation: NatKind.Masquerade } ? "masquerade" : "snat") { Citation = Cite(source) };
            yield break;
        }
    }

    // Namespaces between the two hops that could have translated, the likeliest first.
    private static List<NetworkNamespace> Translators(Hop? from, Hop to)
    {
        var list = new List<NetworkNamespace>();
        foreach (var home in new[] { from?.Point.Home?.Node, to.Point.Home?.Node, from?.Point.Home, to.Point.Home })
        {
            if (home is not null && !list.Contains(home))
                list.Add(home);
        }

        return list;
    }

    // The device that routing and netfilter see: the bridge of a port, the host's end of a pod's veth.
    private static string? Ingress(Hop from, Hop to)
    {
        var device = from.Point.Device;
        if (device is not null && from.Point.Home != to.Point.Home && device.Peer is { } peer && peer.Namespace == to.Point.Home?.Node)
            device = peer;
        return device is null ? from.Point.Interface : device.Master?.Name ?? device.Name;
    }

    private Firewall FirewallOf(NetworkNamespace ns)
    {
        if (!firewalls.TryGetValue(ns, out var firewall))
            firewalls.Add(ns, firewall = new Firewall(ns));
        return firewall;
    }

    internal static Citation? Cite(TableOutcome? outcome) =>
        outcome?.Deciding is { } rule ? new Citation(rule.Location, rule.Text) { Path = [.. outcome.Jumps.Select(j => new Citation(j.Location, j.Text))] } : null;

    private static bool Crosses(Hop from, Hop to) =>
        (from.Point.Device?.Peer is { } peer && (peer == to.Point.Device || (peer.Namespace == to.Point.Home && from.Point.Home != to.Point.Home)))
        || (to.Point.Device?.Peer is { } back && back.Namespace == from.Point.Home && from.Point.Home != to.Point.Home);

    private static bool IsBridged(Hop from, Hop to) =>
        from.Point.Home == to.Point.Home && from.Point.Device is { } a && to.Point.Device is { } b && a != b
        && (a.Master == b || b.Master == a || (a.Master is not null && a.Master == b.Master));

    private static string TunnelName(TunnelKey tunnel) => tunnel.Kind switch
    {
        Decode.Encapsulation.IpInIp => "ipip",
        Decode.Encapsulation.VxlanGpe => "vxlan",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
