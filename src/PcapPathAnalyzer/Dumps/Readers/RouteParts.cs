using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>The words behind a route's destination, in whatever order the version of iproute2 prints them.</summary>
internal sealed class RouteParts
{
    private readonly Dictionary<string, string> details = [];
    private readonly List<string> flags = [];
    private IpPrefix? from;
    private string? table;
    private string? device;
    private string? protocol;
    private string? scope;
    private string? encapsulation;
    private IpAddress gateway;
    private IpAddress source;
    private long metric;
    private long nextHopId;
    private int mtu;

    public List<NextHop> NextHops { get; } = [];

    /// <summary>The family as gateway, source or preference tell it; null where they do not.</summary>
    public bool? IsIpv6 { get; private set; }

    /// <summary>Reads all words that are left; what is not understood is the line's fault.</summary>
    public void Read(ref Words words)
    {
        while (words.Next())
        {
            switch (words.Current)
            {
                case "via": gateway = TakeGateway(ref words); break;
                case "dev" or "oif": device = words.Take(); break;
                case "from": from = TakePrefix(ref words); break;
                case "table": table = words.Take(); break;
                case "proto": protocol = words.Take(); break;
                case "scope": scope = words.Take(); break;
                case "src": source = words.TakeAddress(); IsIpv6 ??= source.IsIpv6; break;
                case "metric": metric = words.TakeLong(); break;
                case "nhid": nextHopId = words.TakeLong(); break;
                case "mtu": mtu = TakeMtu(ref words); break;
                case "encap": encapsulation = RouteEncapsulation.Take(ref words); break;
                case "nexthop": ReadNextHops(ref words); break;
                case "pref": IsIpv6 ??= true; details["pref"] = words.Take(); break;
                case "cache": table = "cache"; break;
                case "\\": break; // -o joins lines so
                default: ReadOther(ref words); break;
            }
        }
    }

    /// <summary>Reads <c>nexthop via A dev D weight N</c>, as often as it stands there; the current word is the first <c>nexthop</c>.</summary>
    public void ReadNextHops(ref Words words)
    {
        IpAddress via = default;
        string? dev = null;
        var weight = 1;
        var hopFlags = new List<string>();
        while (words.Next())
        {
            switch (words.Current)
            {
                case "nexthop": Add(); break;
                case "via": via = TakeGateway(ref words); break;
                case "dev": dev = words.Take(); break;
                case "weight": weight = words.TakeInt(); break;
                case "encap": hopFlags.Add("encap " + RouteEncapsulation.Take(ref words)); break;
                case "realm" or "realms": words.Take(); break;
                case "\\": break;
                default:
                    if (IsFlag(words.Current))
                        hopFlags.Add(words.Current.ToString());
                    else
                        words.Fail();
                    break;
            }
        }

        Add();

        void Add()
        {
            NextHops.Add(new NextHop { Gateway = via, Device = dev, Weight = weight, Flags = hopFlags });
            (via, dev, weight, hopFlags) = (default, null, 1, []);
        }
    }

    public RouteRecord ToRecord(SourceLocation at, string type, IpPrefix destination, in RouteContext context)
    {
        if (!gateway.IsNone || device is not null)
            NextHops.Insert(0, new NextHop { Gateway = gateway, Device = device, Flags = flags });
        else if (NextHops.Count == 0 && nextHopId == 0 && context.Device is { } implied)
            NextHops.Add(new NextHop { Device = implied, Flags = flags });
        return new RouteRecord
        {
            Location = at,
            Type = type,
            Destination = destination,
            From = from,
            Table = table ?? context.Table,
            NextHops = NextHops,
            Source = source,
            Metric = metric,
            Protocol = protocol,
            Scope = scope,
            Mtu = mtu,
            Encapsulation = encapsulation,
            NextHopId = nextHopId,
            Details = details,
        };
    }

    private static bool IsFlag(ReadOnlySpan<char> word) => word is "onlink" or "linkdown" or "dead" or "pervasive" or "offload" or "trap" or "unresolved"
        or "notify" or "rt_offload" or "rt_trap" or "rt_offload_failed" or "offload_failed";

    // Words with one value that nothing asks for yet (ip/iproute.c, print_route and print_rta_metrics).
    private void ReadOther(ref Words words)
    {
        switch (words.Current)
        {
            case "tos" or "dsfield" or "advmss" or "hoplimit" or "initcwnd" or "initrwnd" or "rto_min" or "rtt" or "rttvar" or "ssthresh" or "cwnd"
                or "reordering" or "window" or "quickack" or "congctl" or "features" or "fastopen_no_cookie" or "cc_algo_id" or "realm" or "realms" or "expires"
                or "error" or "users" or "age" or "used" or "uid" or "mark" or "iif" or "flowlabel" or "preference" or "ttl-propagate" or "as" or "ipid" or "ts":
                var key = words.Current.ToString();
                var locked = words.Skip("lock");
                details[key] = (locked ? "lock " : "") + words.Take();
                break;
            default:
                if (IsFlag(words.Current))
                    flags.Add(words.Current.ToString());
                else if (words.Current is "equalize" || (words.Current[0] == '<' && words.Current[^1] == '>'))
                    details[words.Current.ToString()] = "";
                else
                    words.Fail();
                break;
        }
    }

    private int TakeMtu(ref Words words)
    {
        if (words.Skip("lock"))
            details["mtu_lock"] = "";
        return words.TakeInt();
    }

    private IpAddress TakeGateway(ref Words words)
    {
        var other = words.Peek() is "inet" or "inet6";
        if (other)
            words.Next();
        var address = words.TakeAddress();
        if (!other)
            IsIpv6 ??= address.IsIpv6;
        return address;
    }

    private IpPrefix? TakePrefix(ref Words words)
    {
        if (words.Next() && words.Current is "default" or "all")
            return null;
        if (IpPrefix.TryParse(words.Current, out var prefix))
        {
            IsIpv6 ??= prefix.Address.IsIpv6;
            return prefix;
        }

        words.Break();
        return null;
    }
}
