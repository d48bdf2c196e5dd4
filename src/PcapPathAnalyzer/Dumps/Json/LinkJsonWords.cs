using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Dumps.Readers;

namespace PcapPathAnalyzer.Dumps.Json;

/// <summary>Gives the details of <c>ip -j -d link</c> the words that <c>ip -d link</c> prints for them, so that both come to the same fields.</summary>
internal static class LinkJsonWords
{
    private static readonly Dictionary<string, string> CommonWords = new(StringComparer.Ordinal)
    {
        ["txqlen"] = "qlen", ["broadcast"] = "brd", ["min_mtu"] = "minmtu", ["max_mtu"] = "maxmtu", ["inet6_addr_gen_mode"] = "addrgenmode",
        ["num_tx_queues"] = "numtxqueues", ["num_rx_queues"] = "numrxqueues", ["ifalias"] = "alias",
    };

    private static readonly Dictionary<string, string> OwnWords = new(StringComparer.Ordinal)
    {
        ["link"] = "dev", ["port"] = "dstport", ["udp_csum"] = "udpcsum", ["udp_zero_csum6_tx"] = "udp6zerocsumtx", ["udp_zero_csum6_rx"] = "udp6zerocsumrx",
        ["group6"] = "group", ["remote6"] = "remote", ["local6"] = "local", ["port_range"] = "srcport", ["root_id"] = "designated_root", ["group_addr"] = "group_address",
        ["mcast_last_member_cnt"] = "mcast_last_member_count", ["mcast_startup_query_cnt"] = "mcast_startup_query_count",
        ["mcast_last_member_intvl"] = "mcast_last_member_interval", ["mcast_membership_intvl"] = "mcast_membership_interval",
        ["mcast_querier_intvl"] = "mcast_querier_interval", ["mcast_query_intvl"] = "mcast_query_interval",
        ["mcast_query_response_intvl"] = "mcast_query_response_interval", ["mcast_startup_query_intvl"] = "mcast_startup_query_interval",
    };

    private static readonly Dictionary<string, string> PortWords = new(StringComparer.Ordinal)
    {
        ["id"] = "port_id", ["no"] = "port_no", ["bridge_id"] = "designated_bridge", ["root_id"] = "designated_root", ["multicast_router"] = "mcast_router",
    };

    // What the record has fields for, and what is no detail of the interface.
    private static readonly HashSet<string> Fields = new(StringComparer.Ordinal)
    {
        "ifindex", "ifname", "link", "link_index", "flags", "mtu", "master", "operstate", "link_netns", "link_netnsid", "link_type", "address", "linkinfo", "addr_info",
        "stats", "stats64", "vfinfo_list",
    };

    public static void Common(JObject entry, DetailBag bag)
    {
        foreach (var property in entry.Properties().Where(static p => !Fields.Contains(p.Name)))
            Set(bag, CommonWords.GetValueOrDefault(property.Name, property.Name), property.Value);
    }

    public static DetailBag Own(JObject? data)
    {
        var bag = new DetailBag();
        foreach (var property in data?.Properties() ?? [])
            Set(bag, OwnWords.GetValueOrDefault(property.Name, property.Name), property.Value);
        return bag;
    }

    public static void Port(JObject data, DetailBag bag)
    {
        foreach (var property in data.Properties())
            Set(bag, PortWords.GetValueOrDefault(property.Name, property.Name), property.Value);
    }

    private static void Set(DetailBag bag, string word, JToken value)
    {
        switch (value)
        {
            case JValue { Value: null }: bag.Set(word, "on"); break;
            case JValue { Value: bool on }: bag.Set(word, on ? "on" : "off"); break;
            case JValue { Value: var scalar }: bag.Set(word, Convert.ToString(scalar) ?? ""); break;
            case JObject range when range["low"] is { } low && range["high"] is { } high: bag.Set(word, $"{low} {high}"); break;
            case JArray list when list.All(static i => i is JValue): bag.Set(word, string.Join(word is "flags" or "altnames" ? ',' : ' ', list)); break;
            default: bag.Set(word, value.ToString(Newtonsoft.Json.Formatting.None)); break;
        }
    }
}
