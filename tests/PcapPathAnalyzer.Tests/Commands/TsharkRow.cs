using System.Globalization;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Tests.Commands;

/// <summary>
/// What tshark's fields of one frame say about the columns of <c>decode</c>, found independently of the decoder: from the list
/// of layers, the innermost IP header that travels itself, and the fields that are its own. A column that cannot be told is left out.
/// </summary>
internal sealed class TsharkRow
{
    public static readonly string[] Fields =
    [
        "frame.number", "frame.protocols", "_ws.malformed", "_ws.short", "frame.time_epoch", "frame.interface_name", "frame.len", "frame.cap_len", "vlan.id",
        "ip.src", "ip.dst", "ip.proto", "ip.id", "ip.ttl", "ip.frag_offset", "ip.flags.mf", "ipv6.src", "ipv6.dst", "ipv6.nxt", "ipv6.hlim",
        "tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value", "tcp.len",
        "udp.srcport", "udp.dstport", "udp.length", "sctp.srcport", "sctp.dstport", "vxlan.vni", "geneve.vni", "arp.src.proto_ipv4", "arp.dst.proto_ipv4",
    ];

    private readonly Dictionary<string, string[]> values;
    private readonly string[] layers;
    private readonly List<int> travelling;

    public TsharkRow(string[] row)
    {
        values = Fields.Zip(row).ToDictionary(static f => f.First, static f => f.Second.Length == 0 ? [] : f.Second.Split(','), StringComparer.Ordinal);
        layers = values["frame.protocols"].Length == 0 ? [] : values["frame.protocols"][0].Split(':');
        // What an ICMP error quotes is an IP header, too, but does not travel.
        var error = Array.FindIndex(layers, static l => l is "icmp" or "icmpv6");
        travelling = [.. Enumerable.Range(0, layers.Length).Where(i => layers[i] is "ip" or "ipv6" && (error < 0 || i < error))];
    }

    /// <summary>A header is cut or lies: how far each goes is not compared here.</summary>
    public bool IsBroken => values["_ws.malformed"].Length > 0 || values["_ws.short"].Length > 0;

    public Dictionary<string, string> Columns()
    {
        var columns = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["frame"] = values["frame.number"][0],
            ["length"] = values["frame.len"][0],
            ["captured"] = values["frame.cap_len"][0],
            ["time"] = Time(values["frame.time_epoch"][0]),
        };
        if (values["frame.interface_name"] is [var name] && !name.StartsWith("unknown", StringComparison.Ordinal))
            columns["interface"] = name;
        if (IsBroken)
            return columns;
        if (values["arp.src.proto_ipv4"] is [var sender] && layers.Contains("arp"))
        {
            (columns["protocol"], columns["src"], columns["dst"]) = ("arp", sender, values["arp.dst.proto_ipv4"][0]);
            (columns["outer_src"], columns["outer_dst"]) = travelling.Count == 0 ? ("", "") : (Network(travelling[0], "src"), Network(travelling[0], "dst"));
        }
        else if (travelling.Count > 0)
        {
            Packet(columns);
        }

        return columns;
    }

    private void Packet(Dictionary<string, string> columns)
    {
        var (outer, inner) = (travelling[0], travelling[^1]);
        (columns["src"], columns["dst"]) = (Network(inner, "src"), Network(inner, "dst"));
        (columns["outer_src"], columns["outer_dst"]) = outer == inner ? ("", "") : (Network(outer, "src"), Network(outer, "dst"));
        columns["ttl"] = layers[inner] == "ip" ? Network(inner, "ttl") : Network(inner, "hlim");
        if (layers[inner] == "ip")
        {
            columns["ip_id"] = Convert.ToInt32(Network(inner, "id"), 16).ToString(CultureInfo.InvariantCulture);
            columns["protocol"] = ((IpProtocol)byte.Parse(Network(inner, "proto"), CultureInfo.InvariantCulture)).Keyword();
            var offset = int.Parse(Network(inner, "frag_offset"), CultureInfo.InvariantCulture) * 8;
            columns["fragment_offset"] = offset > 0 || Network(inner, "flags.mf") is "1" or "True" ? offset.ToString(CultureInfo.InvariantCulture) : "";
        }

        if (layers.Contains("ah"))
            columns.Remove("protocol"); // the one behind it
        columns["encapsulation"] = string.Join('+', travelling.Skip(1).Select((at, i) => Tunnel(travelling[i], at)));
        columns["vni"] = columns["encapsulation"] switch { "vxlan" => values["vxlan.vni"][0], "geneve" => Convert.ToInt32(values["geneve.vni"][0], 16).ToString(CultureInfo.InvariantCulture), "" => "", _ => columns.GetValueOrDefault("vni", "?") };
        if (columns["vni"] == "?")
            columns.Remove("vni");
        if (outer == inner)
            columns["vlan"] = layers.Contains("vlan") ? values["vlan.id"][^1] : "";
        Transport(columns, inner);
    }

    private void Transport(Dictionary<string, string> columns, int inner)
    {
        var at = Array.FindIndex(layers, inner + 1, static l => l is "tcp" or "udp" or "sctp" or "icmp" or "icmpv6" or "gre" or "esp");
        if (at < 0 || layers[at] is not ("tcp" or "udp" or "sctp"))
        {
            if (!layers.Contains("udplite"))
                (columns["src_port"], columns["dst_port"], columns["seq"], columns["ack"], columns["window"], columns["tcp_flags"]) = ("", "", "", "", "", "");
            return;
        }

        var n = layers.Take(at).Count(l => l == layers[at]);
        (columns["src_port"], columns["dst_port"]) = (values[layers[at] + ".srcport"][n], values[layers[at] + ".dstport"][n]);
        // A fragment's datagram length is that of the whole.
        if (layers[at] == "udp" && columns.GetValueOrDefault("fragment_offset", "").Length == 0 && !layers.Contains("ipv6.fraghdr"))
            columns["payload_length"] = (int.Parse(values["udp.length"][n], CultureInfo.InvariantCulture) - 8).ToString(CultureInfo.InvariantCulture);
        if (layers[at] != "tcp")
            return;
        (columns["seq"], columns["ack"], columns["window"]) = (values["tcp.seq_raw"][n], values["tcp.ack_raw"][n], values["tcp.window_size_value"][n]);
        columns["tcp_flags"] = Letters(Convert.ToInt32(values["tcp.flags"][n], 16));
        if (values["tcp.len"].Length > n)
            columns["payload_length"] = values["tcp.len"][n];
    }

    // The value that belongs to the IP header at this place in the list of layers.
    private string Network(int at, string field) => values[$"{layers[at]}.{field}"][layers.Take(at).Count(l => l == layers[at])];

    private string Tunnel(int outer, int inner)
    {
        var between = layers[(outer + 1)..inner];
        if (between.Contains("erspan"))
            return "erspan";
        return Array.Find(["vxlan", "vxlan_gpe", "geneve", "gre"], between.Contains)?.Replace('_', '-') ?? "ip-in-ip";
    }

    private static string Letters(int flags)
    {
        var set = string.Concat("FSRPAUEWN".Where((_, bit) => (flags >> bit & 1) != 0));
        return set.Length == 0 ? "." : set;
    }

    private static string Time(string epoch)
    {
        var parts = epoch.Split('.');
        return DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0], CultureInfo.InvariantCulture)).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + $".{parts[1]}Z";
    }
}
