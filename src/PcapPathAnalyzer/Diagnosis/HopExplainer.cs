using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Says what happened to a flow's packets between one hop and the next, and which dump line decided it.</summary>
internal sealed class HopExplainer(Network network)
{
    public Network Network { get; } = network;

    public void Explain(Flow flow)
    {
        Explain(flow, flow.Forward, isReply: false);
        Explain(flow, flow.Reply, isReply: true);
    }

    private static void Explain(Flow flow, FlowDirection direction, bool isReply)
    {
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
                actions.AddRange(Translations(flow, from, to, isReply));
            if (PathOrder.TtlDrop((byte)to.Ttl) > PathOrder.TtlDrop((byte)from.Ttl))
                actions.Add(new HopAction("route"));
            if (to.IsTunnelled && from.Tunnel != to.Tunnel)
                actions.Add(new HopAction($"{TunnelName(to.Tunnel)}-encap"));
            to.Actions = actions;
        }
    }

    private static IEnumerable<HopAction> Translations(Flow flow, Hop from, Hop to, bool isReply)
    {
        if (isReply)
        {
            yield return new HopAction("un-nat");
            yield break;
        }

        if (from.Tuple.Destination != to.Tuple.Destination || from.Tuple.DestinationPort != to.Tuple.DestinationPort)
            yield return new HopAction("dnat");
        if (from.Tuple.Source != to.Tuple.Source || from.Tuple.SourcePort != to.Tuple.SourcePort)
            yield return new HopAction("snat");
        _ = flow;
    }

    private static bool Crosses(Hop from, Hop to) =>
        from.Point.Device?.Peer is { } peer && (peer == to.Point.Device || (peer.Namespace == to.Point.Home && from.Point.Home != to.Point.Home))
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
