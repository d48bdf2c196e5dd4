using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>10.1.0.2 and fd01::2 (client), a router, 10.2.0.2, 10.2.0.3, fd02::2 and fd02::3 (server).</summary>
internal sealed class RouterNetwork() : ProbedNetwork(Script, Router, Client, Server)
{
    public const string Router = "router";
    public const string Client = "router/pods/client";
    public const string Server = "router/pods/server";
    public const string ClientAddress = "10.1.0.2";
    public const string ServerAddress = "10.2.0.2";

    private const string Script = """
        ip link add eth0 netns $client type veth peer name vc netns $router
        ip link add eth0 netns $server type veth peer name vs netns $router
        ip -n $client addr add 10.1.0.2/24 dev eth0; ip -n $client addr add fd01::2/64 dev eth0 nodad
        ip -n $server addr add 10.2.0.2/24 dev eth0; ip -n $server addr add 10.2.0.3/24 dev eth0; ip -n $server addr add fd02::2/64 dev eth0 nodad; ip -n $server addr add fd02::3/64 dev eth0 nodad
        ip -n $router addr add 10.1.0.1/24 dev vc; ip -n $router addr add fd01::1/64 dev vc nodad
        ip -n $router addr add 10.2.0.1/24 dev vs; ip -n $router addr add fd02::1/64 dev vs nodad
        ip -n $client link set eth0 up; ip -n $server link set eth0 up; ip -n $router link set vc up; ip -n $router link set vs up
        ip -n $client route add default via 10.1.0.1; ip -n $client -6 route add default via fd01::1
        ip -n $server route add default via 10.2.0.1; ip -n $server -6 route add default via fd02::1
        on $router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
        """;

    /// <summary>The router's rules and a script that changes its surroundings; both hold until the next call.</summary>
    public void Set(string rules = "", string script = "", bool isIpv6 = false)
    {
        Load(Router, rules, isIpv6);
        if (script.Length > 0)
            Run(script);
    }

    /// <summary>Neighbours are known for good: rules by chance drop IPv6's discovery too, which is ICMPv6, and routes by chance keep the router from answering ARP.</summary>
    public void KnowNeighbours() => Run("""
        mac() { ip -n $1 -o link show $2 | sed 's/.*ether \([0-9a-f:]*\).*/\1/'; }
        know() { ip -n $1 neigh replace $2 lladdr $4 dev $3 nud permanent; }
        for a in fd01::1 10.1.0.1; do know $client $a eth0 $(mac $router vc); done
        for a in fd02::1 10.2.0.1; do know $server $a eth0 $(mac $router vs); done
        for a in fd01::2 10.1.0.2; do know $router $a vc $(mac $client eth0); done
        for a in fd02::2 fd02::3 10.2.0.2 10.2.0.3; do know $router $a vs $(mac $server eth0); done
        """);

    public Task<WalkPath> AgreeAsync(Probe probe) => AgreeAsync(probe, Client);

    public Task<WalkPath> AgreeAsync(string destination, IpProtocol protocol = IpProtocol.Tcp, int port = 0, string source = ClientAddress, string from = Client) =>
        AgreeAsync(from, source, destination, protocol, port);
}
