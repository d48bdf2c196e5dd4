using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

/// <summary>
/// The JSON form of a dump's records: <c>file</c>, <c>line</c>, <c>kind</c>, and the fields by the words that iproute2's own
/// JSON uses. What a dump did not print is absent.
/// </summary>
public static class DumpJson
{
    /// <summary>One object per record; a table of rules gives one per chain and one per rule.</summary>
    public static IEnumerable<JObject> Of(DumpRecord record)
    {
        foreach (var entry in Entries(record))
        {
            if (record.NetworkNamespace is { } netns)
                entry.Add("netns", netns);
            yield return entry;
        }
    }

    private static IEnumerable<JObject> Entries(DumpRecord record) => record switch
    {
        LinkRecord r => [LinkJson.Of(r, Head(r.Location, r.Kind))],
        AddressRecord r => [Fill(Head(r.Location, r.Kind), ("ifname", r.Interface), ("ifindex", Positive(r.IfIndex)), ("address", r.Address), ("peer", r.Peer),
            ("broadcast", Known(r.Broadcast)), ("scope", r.Scope), ("flags", r.Flags), ("label", r.Label))],
        RouteRecord r => [Fill(Head(r.Location, r.Kind), ("type", r.Type), ("dst", r.Destination), ("from", r.From), ("table", r.Table), ("nexthops", Hops(r.NextHops)),
            ("prefsrc", Known(r.Source)), ("metric", Positive(r.Metric)), ("protocol", r.Protocol), ("scope", r.Scope), ("mtu", Positive(r.Mtu)),
            ("encap", r.Encapsulation), ("nhid", Positive(r.NextHopId)), ("details", r.Details))],
        PolicyRuleRecord r => [Fill(Head(r.Location, r.Kind), ("priority", r.Priority), ("family", r.IsIpv6 ? "inet6" : "inet"), ("not", True(r.Not)), ("src", r.From),
            ("dst", r.To), ("iif", r.IncomingInterface), ("oif", r.OutgoingInterface), ("fwmark", r.MarkMask == 0 ? null : r.Mark), ("fwmask", r.MarkMask == 0 ? null : r.MarkMask),
            ("table", r.Table), ("action", r.Action), ("suppress_prefixlength", r.SuppressPrefixLength < 0 ? null : r.SuppressPrefixLength),
            ("ipproto", r.Protocol), ("details", r.Details))],
        NeighbourRecord r => [Fill(Head(r.Location, r.Kind), ("dst", r.Address), ("dev", r.Interface), ("lladdr", Known(r.LinkLayerAddress)), ("state", r.State),
            ("router", True(r.Router)), ("proxy", True(r.Proxy)))],
        FdbRecord r => [Fill(Head(r.Location, r.Kind), ("mac", r.Mac), ("ifname", r.Device), ("master", r.Master), ("dst", Known(r.Destination)), ("port", Positive(r.Port)),
            ("vni", r.Vni < 0 ? null : r.Vni), ("vlan", r.Vlan < 0 ? null : r.Vlan), ("flags", r.Flags))],
        ConntrackRecord r => [Fill(Head(r.Location, r.Kind), ("protocol", r.Original.Protocol), ("state", r.State), ("timeout", r.Timeout < 0 ? null : r.Timeout),
            ("original", Tuple(r.Original, r.OriginalPackets)), ("reply", Tuple(r.Reply, r.ReplyPackets)), ("unreplied", True(r.Unreplied)), ("assured", True(r.Assured)),
            ("mark", r.Mark), ("zone", Positive(r.Zone)), ("details", r.Details))],
        SocketRecord r => [Fill(Head(r.Location, r.Kind), ("protocol", r.Protocol), ("state", r.State), ("local", r.LocalIsWildcard ? "*" : r.Local), ("local_port", r.LocalPort),
            ("dev", r.Interface), ("peer", r.PeerPort == 0 && r.Peer.IsUnspecified ? "*" : r.Peer), ("peer_port", Positive(r.PeerPort)), ("process", r.Process))],
        SysctlRecord r => [Fill(Head(r.Location, r.Kind), ("name", r.Name), ("value", r.Value))],
        ConntrackStatisticsRecord r => [Fill(Head(r.Location, r.Kind), ("cpu", r.Cpu), ("counters", new JObject(r.Counters.Select(static c => (object)new JProperty(c.Key, c.Value)).ToArray())))],
        NetnsRecord r => [Fill(Head(r.Location, r.Kind), ("name", r.Name), ("id", r.Id < 0 ? null : r.Id))],
        CniRecord r => [Fill(Head(r.Location, r.Kind), ("name", r.Name), ("cniVersion", r.Version), ("plugins", new JArray(r.Plugins.Select(static p => (object)Plugin(p)).ToArray())))],
        IpSetRecord r => IpSetJson.Of(r),
        IpvsRecord r => IpvsJson.Of(r),
        BridgeVlanRecord r => [Fill(Head(r.Location, r.Kind), ("ifname", r.Device), ("vlan", r.First), ("vlanEnd", r.Last == r.First ? null : r.Last), ("pvid", True(r.IsPvid)),
            ("untagged", True(r.IsUntagged)), ("tunid", Told(r.TunnelId)))],
        IptablesTable r => Rules(r),
        NftTable r => NftJson.Of(r, Head),
        _ => [Head(record.Location, record.Kind)],
    };

    /// <summary>Adds fields; null and empty lists are left out.</summary>
    internal static JObject Fill(JObject target, params ReadOnlySpan<(string Name, object? Value)> fields)
    {
        foreach (var (name, value) in fields)
        {
            if (ToToken(value) is { } token)
                target.Add(name, token);
        }

        return target;
    }

    internal static object? Positive(long value) => value > 0 ? value : null;

    /// <summary>-1 is what a dump did not tell.</summary>
    internal static object? Told(long value) => value < 0 ? null : value;

    internal static object? True(bool value) => value ? true : null;

    internal static object? Known(IpAddress address) => address.IsNone ? null : address;

    internal static object? Known(MacAddress address) => address.IsNone ? null : address;

    internal static JObject Head(SourceLocation at, string kind)
    {
        var head = new JObject { { "file", at.File }, { "line", at.Line } };
        if (at.Column > 1)
            head.Add("column", at.Column);
        head.Add("kind", kind);
        return head;
    }

    private static JToken? ToToken(object? value) => value switch
    {
        null => null,
        JToken token => token,
        string text => new JValue(text),
        bool flag => new JValue(flag),
        int or long or uint => new JValue(Convert.ToInt64(value)),
        IpProtocol protocol => new JValue(protocol.Keyword()),
        IReadOnlyCollection<string> { Count: 0 } => null,
        IReadOnlyCollection<string> list => new JArray(list.Select(static item => (object)new JValue(item)).ToArray()),
        IReadOnlyDictionary<string, string> { Count: 0 } => null,
        IReadOnlyDictionary<string, string> map => new JObject(map.Select(static pair => (object)new JProperty(pair.Key, pair.Value)).ToArray()),
        _ => new JValue(value.ToString()),
    };

    private static JObject Plugin(CniPlugin p) => Fill(
        [], ("type", p.Type), ("bridge", p.Bridge), ("mtu", Positive(p.Mtu)), ("hairpinMode", True(p.Hairpin)), ("ipMasq", True(p.IpMasquerade)), ("ipam", p.Ipam), ("subnets", p.Subnets));

    private static JArray? Hops(IReadOnlyList<NextHop> hops) => hops.Count == 0 ? null : new JArray(hops.Select(static hop => (object)Fill(
        [], ("gateway", Known(hop.Gateway)), ("dev", hop.Device), ("weight", hop.Weight == 1 ? null : hop.Weight), ("flags", hop.Flags))).ToArray());

    private static JObject Tuple(in FiveTuple tuple, long packets) => Fill(
        [], ("src", tuple.Source), ("src_port", Positive(tuple.SourcePort)), ("dst", tuple.Destination), ("dst_port", Positive(tuple.DestinationPort)), ("packets", packets < 0 ? null : packets));

    private static IEnumerable<JObject> Rules(IptablesTable table)
    {
        foreach (var chain in table.Chains.Values)
        {
            if (!chain.IsAbsent)
                yield return Fill(Head(chain.Location, "iptables-chain"), ("table", table.Name), ("ip_version", table.IpVersion), ("chain", chain.Name), ("policy", chain.Policy));
            foreach (var rule in chain.Rules)
                yield return Fill(Head(rule.Location, "iptables-rule"), ("table", table.Name), ("ip_version", table.IpVersion), ("chain", rule.Chain), ("target", rule.Target?.Name), ("text", rule.Text), ("comment", rule.Comment), ("partial", True(rule.IsPartial)));
        }
    }
}
