using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

/// <summary>A virtual service of IPVS with its real servers, as <c>ipvsadm -L</c>, <c>ipvsadm -S</c> or /proc/net/ip_vs print it (ipvsadm(8)).</summary>
public sealed record IpvsRecord : DumpRecord
{
    public override string Kind => "ipvs-service";

    /// <summary>tcp, udp or sctp; null for a service of marked packets.</summary>
    public IpProtocol? Protocol { get; init; }

    /// <summary>None for a service of marked packets.</summary>
    public IpAddress Address { get; init; }

    /// <summary>0 for a service of every port.</summary>
    public int Port { get; init; }

    /// <summary>The firewall mark that makes a packet one of this service (<c>-f</c>); 0 where an address does.</summary>
    public uint Mark { get; init; }

    /// <summary><c>rr</c>, <c>wrr</c>, <c>lc</c>, <c>sh</c>, ...; null where not printed (<c>--stats</c>, <c>--rate</c>).</summary>
    public string? Scheduler { get; init; }

    /// <summary>Seconds that a client stays with its server; 0 where it does not.</summary>
    public int Persistence { get; init; }

    /// <summary>Further words: <c>ops</c>, <c>mask 255.255.255.0</c>, <c>pe sip</c>, the scheduler's flags.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    public IReadOnlyList<IpvsServer> Servers { get; init; } = [];
}

/// <summary>One real server of a virtual service.</summary>
/// <param name="Line">Its line in the service's file, from 1.</param>
public sealed record IpvsServer(IpAddress Address, int Port, int Line)
{
    /// <summary>How packets reach it: <c>Masq</c>, <c>Route</c>, <c>Tunnel</c>, <c>Local</c>, as ipvsadm lists it; null where not printed.</summary>
    public string? Forward { get; init; }

    /// <summary>0 gets no new connections; -1 where not printed.</summary>
    public int Weight { get; init; } = -1;

    /// <summary>-1 where not printed.</summary>
    public long ActiveConnections { get; init; } = -1;

    /// <summary>-1 where not printed.</summary>
    public long InactiveConnections { get; init; } = -1;
}
