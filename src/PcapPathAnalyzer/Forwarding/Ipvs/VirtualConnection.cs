using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Ipvs;

/// <summary>What IPVS remembers of a connection (struct ip_vs_conn, include/net/ip_vs.h): who asked which service, and which server it was given to.</summary>
/// <param name="Asked">Client and virtual address, as IPVS saw the first packet.</param>
internal sealed record VirtualConnection(NetworkNamespace Namespace, IpvsRecord Service, IpvsServer Server, FiveTuple Asked)
{
    /// <summary>The packet as a server reached by NAT gets it. A server of port 0 is asked at the port that the client asked for (ip_vs_schedule).</summary>
    public FiveTuple Given => Asked with { Destination = Server.Address, DestinationPort = Server.Port == 0 ? Asked.DestinationPort : (ushort)Server.Port };

    /// <summary>IP_VS_CONN_F_MASQ: addresses are changed, and answers come back through here.</summary>
    public bool IsMasqueraded => Server.Forward is null or "Masq";
}
