using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Ipvs;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Says what happened to a flow's packets between one hop and the next, and which dump line decided it.</summary>
/// <param name="network">Who has which address.</param>
internal sealed class HopExplainer(Network network)
{
    private readonly Dictionary<NetworkNamespace, TranslationWalks> walks = [];
    private readonly SharedActions shared = new();
    private readonly ActionList none = ActionList.Create();

    // What lies between two hops is the same for all flows, unless a rule translates.
    private readonly Dictionary<Step, ActionList> steps = [];

    // The skb mark that a namespace's DNAT path left on the flow's first packet: POSTROUTING rules ask for it hops later.
    private readonly Dictionary<NetworkNamespace, uint> marks = [];

    // Conntrack entries of the flow say where it was translated, captured there or not.
    private readonly List<NetworkNamespace> stated = [];

    public void Explain(Flow flow)
    {
        stated.Clear();
        foreach (var join in flow.Joined)
        {
            if (join.Namespace is { } ns && !stated.Contains(ns))
                stated.Add(ns);
        }

        Explain(flow, flow.Forward, isReply: false);
        flow.Unseen = stated.Count > 0 ? Behind(flow) : null;
        Explain(flow, flow.Reply, isReply: true);
    }

    /// <summary>The same for the translation that comes behind the last capture point of a flow whose server is known.</summary>
    /// <param name="flow">Has no <see cref="Flow.Unseen"/> yet.</param>
    /// <param name="place">Where it was translated.</param>
    public void ExplainUnseen(Flow flow, NetworkNamespace place)
    {
        stated.Clear();
        stated.Add(place);
        marks.Clear();
        flow.Unseen = Behind(flow);
    }

    private UnseenTranslation? Behind(Flow flow)
    {
        if (flow.Served is not { } served || flow.Forward.Hops.Count == 0 || flow.Forward.Hops[^1] is var last && (last.Tuple == served || last.Tuple != flow.Requested))
            return null;
        return new UnseenTranslation(stated[0].Name, served, Translate(none, last.Tuple, served, last, null).Actions);
    }

    private void Explain(Flow flow, FlowDirection direction, bool isReply)
    {
        marks.Clear();
        // What a node sends itself is translated before anything can see it; and captures may begin behind a translation.
        if (direction.Hops.Count == 0)
            return;
        var from = direction.Hops[0];
        if (!isReply && from.Tuple != flow.Requested)
            from.Actions = Translate(none, flow.Requested, from.Tuple, null, from).Actions;
        for (var i = 1; i < direction.Hops.Count; i++)
        {
            var to = direction.Hops[i];
            to.Actions = Between(from, to, isReply).Actions;
            from = to;
        }
    }

    private ActionList Between(Hop from, Hop to, bool isReply)
    {
        var changes = from.TupleNumber != to.TupleNumber;
        var isRouted = PathOrder.TtlDrop((byte)to.Ttl) > PathOrder.TtlDrop((byte)from.Ttl);
        if (changes && !isReply)
            return Arrive(Translate(Leave(from, to), from.Tuple, to.Tuple, from, to), from, to, isRouted);
        var step = new Step(from.Point.Index, to.Point.Index, from.Tunnel, to.Tunnel, isRouted, changes);
        if (!steps.TryGetValue(step, out var list))
        {
            list = Leave(from, to);
            steps.Add(step, list = Arrive(changes ? list.Then(shared.Of("un-nat")) : list, from, to, isRouted));
        }

        return list;
    }

    private ActionList Leave(Hop from, Hop to)
    {
        var list = none;
        if (from.IsTunnelled && from.Tunnel != to.Tunnel)
            list = list.Then(shared.Of($"{TunnelName(from.Tunnel)}-decap"));
        if (Crosses(from, to))
            list = list.Then(shared.Of("veth"));
        return IsBridged(from, to) ? list.Then(shared.Of("bridge")) : list;
    }

    private ActionList Arrive(ActionList list, Hop from, Hop to, bool isRouted)
    {
        if (isRouted)
            list = list.Then(shared.Of("route"));
        return to.IsTunnelled && from.Tunnel != to.Tunnel ? list.Then(shared.Of($"{TunnelName(to.Tunnel)}-encap")) : list;
    }

    private ActionList Translate(ActionList list, FiveTuple before, FiveTuple after, Hop? from, Hop? to)
    {
        foreach (var action in Translations(before, after, from, to))
            list = list.Then(action);
        return list;
    }

    // Between two hops; from null before the first one, to null behind the last one.
    private IEnumerable<HopAction> Translations(FiveTuple before, FiveTuple after, Hop? from, Hop? to)
    {
        var packet = new PacketState { Tuple = before, In = from is null ? null : Ingress(from, to), TcpFlags = 2 };
        var destinationChanged = before.Destination != after.Destination || before.DestinationPort != after.DestinationPort;
        var translators = Translators(from, to, before.Destination);
        foreach (var home in translators)
        {
            var walk = WalksOf(home);
            var destination = destinationChanged ? walk.Destination(packet, after.Destination, after.DestinationPort) : null;
            var server = destinationChanged && destination is null ? VirtualServer(home, before, after) : null;
            if (destinationChanged && destination is null && server is null && home != translators[^1])
                continue;
            if (destination is not null)
                marks[home] = destination.Packet.Mark;
            if (destinationChanged)
                yield return server is var (service, given) ? shared.Of("dnat", service, given) : shared.Of("dnat", destination);
            if (before.Source == after.Source && before.SourcePort == after.SourcePort)
                yield break;
            var translated = packet with
            {
                Tuple = before with { Destination = after.Destination, DestinationPort = after.DestinationPort },
                Mark = marks.GetValueOrDefault(home),
                IsDestinationTranslated = destinationChanged,
                Out = to is not null && to.Point.Home == home ? to.Point.Device?.Master?.Name ?? to.Point.Interface : null,
            };
            var source = walk.Source(translated, after.Source, after.SourcePort);
            if (source is null && !destinationChanged && home != translators[^1])
                continue;
            yield return shared.Of(source?.Target is NatTarget { Translation: NatKind.Masquerade } ? "masquerade" : "snat", source);
            yield break;
        }
    }

    // Where no rule translates so, IPVS may: at INPUT, to a server of the service that was asked for.
    private static (IpvsRecord Service, IpvsServer Server)? VirtualServer(NetworkNamespace home, FiveTuple before, FiveTuple after)
    {
        if (home.IpvsServices.Count == 0 || ServiceHook.Find(home, 0, before) is not { } service)
            return null;
        return service.Servers.FirstOrDefault(s => s.Address == after.Destination && (s.Port == 0 || s.Port == after.DestinationPort)) is { } server ? (service, server) : null;
    }

    // Namespaces between the two hops that could have translated, the likeliest first. Where they are not on one node, any
    // between them may have: those that conntrack names, and the one that was asked.
    private List<NetworkNamespace> Translators(Hop? from, Hop? to, IpAddress asked)
    {
        var list = new List<NetworkNamespace>();
        AddAll(from?.Point.Home?.Node, to?.Point.Home?.Node);
        if (list.Count != 1 || to is null)
        {
            list.RemoveAll(n => to is null && stated.Contains(n));
            list.InsertRange(0, stated.Where(n => !list.Contains(n)));
            AddAll(network.Owner(asked)?.Node, null);
        }

        AddAll(from?.Point.Home, to?.Point.Home);
        return list;

        void AddAll(NetworkNamespace? first, NetworkNamespace? second)
        {
            if (first is not null && !list.Contains(first))
                list.Add(first);
            if (second is not null && !list.Contains(second))
                list.Add(second);
        }
    }

    // The device that routing and netfilter see: the bridge of a port, the host's end of a pod's veth.
    private static string? Ingress(Hop from, Hop? to)
    {
        var device = from.Point.Device;
        if (device is not null && from.Point.Home != to?.Point.Home && device.Peer is { } peer && peer.Namespace == (to ?? from).Point.Home?.Node)
            device = peer;
        return device is null ? from.Point.Interface : device.Master?.Name ?? device.Name;
    }

    private TranslationWalks WalksOf(NetworkNamespace ns)
    {
        if (!walks.TryGetValue(ns, out var found))
            walks.Add(ns, found = new TranslationWalks(ns));
        return found;
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

    private readonly record struct Step(int From, int To, TunnelKey FromTunnel, TunnelKey ToTunnel, bool IsRouted, bool IsUntranslated);
}
