using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Forwarding.Ipvs;

/// <summary>Which server a scheduler gives a new connection to (net/netfilter/ipvs/ip_vs_rr.c, ip_vs_wrr.c, ip_vs_sh.c, ip_vs_mh.c, ip_vs_fo.c, ip_vs_lc.c, ...).</summary>
internal static class ServerChoice
{
    /// <summary>One server that may be chosen.</summary>
    /// <param name="Share">Of new connections; null where the scheduler looks at what no dump tells.</param>
    /// <param name="Why">What makes the choice, in words; null where there is none.</param>
    public sealed record Way(IpvsServer Server, double? Share, string? Why);

    /// <summary>Empty where no server may get a connection.</summary>
    public static IReadOnlyList<Way> Of(IpvsRecord service)
    {
        // Weight 0: what it has, it keeps; it gets nothing new.
        var open = service.Servers.Where(static s => s.Weight != 0).ToList();
        if (open.Count <= 1)
            return [.. open.Select(static s => new Way(s, 1, null))];
        // Weighted failover: the heaviest, of equals the first.
        if (service.Scheduler == "fo" && open.TrueForAll(static s => s.Weight > 0))
            return [new Way(open.MaxBy(static s => s.Weight)!, 1, "the heaviest server gets everything (fo)")];
        var weigh = Weight(service.Scheduler);
        var isShared = weigh is not null && open.TrueForAll(static s => s.Weight > 0);
        double total = isShared ? open.Sum(weigh!) : 0;
        return [.. open.Select(s => new Way(s, isShared ? weigh!(s) / total : null, Reason(service)))];
    }

    // A server's part of all connections; null for schedulers that compare the connections which the servers have, or hash nothing but the service itself.
    private static Func<IpvsServer, int>? Weight(string? scheduler) => scheduler switch
    {
        "rr" => static _ => 1, // weights count only as none or some
        "wrr" or "sh" or "mh" => static s => s.Weight,
        _ => null,
    };

    private static string Reason(IpvsRecord service)
    {
        var how = service.Scheduler switch
        {
            "rr" or "wrr" => $"it is the server's turn ({service.Scheduler})",
            "sh" or "mh" => $"the hash of the client chooses it ({service.Scheduler})",
            "dh" => "the hash of the virtual address chooses it (dh)",
            null => "the scheduler, which was not printed, chooses it",
            var s => $"the connections that the servers have then choose it ({s})",
        };
        return service.Persistence > 0 ? $"{how}, or the client was given to it in the last {service.Persistence} s" : how;
    }
}
