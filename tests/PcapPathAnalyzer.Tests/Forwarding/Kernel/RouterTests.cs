using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>What the kernel does at a router, and what the walk says: every rule that matched, every policy, every header, the answer's too.</summary>
[NonParallelizable]
public sealed class RouterTests
{
    private RouterNetwork network = null!;

    [OneTimeSetUp]
    public void Create() => network = new RouterNetwork();

    [OneTimeTearDown]
    public void Delete() => network?.Dispose();

    [TestCase(IpProtocol.Tcp, 7, Verdict.Delivered, "reply")]
    [TestCase(IpProtocol.Tcp, 8, Verdict.NoListener, "tcp-reset")]
    [TestCase(IpProtocol.Udp, 7, Verdict.Delivered, "reply")]
    [TestCase(IpProtocol.Udp, 8, Verdict.NoListener, "icmp-port-unreachable")]
    [TestCase(IpProtocol.Icmp, 0, Verdict.Delivered, "reply")]
    public async Task Without_rules_a_packet_is_routed_and_answered(IpProtocol protocol, int port, Verdict verdict, string answer)
    {
        network.Set();
        foreach (var destination in new[] { RouterNetwork.ServerAddress, "10.2.0.1" })
        {
            var path = await network.AgreeAsync(destination, protocol, port);
            Assert.That((path.Verdict, path.Answer, path.ReplyVerdict), Is.EqualTo((verdict, answer, Verdict.Delivered)));
        }
    }

    [Test]
    public async Task A_packet_whose_time_ends_is_answered_by_the_router()
    {
        network.Set();
        var path = await network.AgreeAsync(Probe.Of(RouterNetwork.ClientAddress, RouterNetwork.ServerAddress, IpProtocol.Udp, 7) with { Ttl = 1 });
        Assert.That((path.Verdict, path.Answer), Is.EqualTo((Verdict.TtlExpired, "icmp-time-exceeded")));
        Assert.That((await network.AgreeAsync(Probe.Of(RouterNetwork.ClientAddress, "10.2.0.1", IpProtocol.Udp, 7) with { Ttl = 1 })).Verdict, Is.EqualTo(Verdict.Delivered));
    }

    [TestCase("blackhole", Verdict.NoRoute, null)]
    [TestCase("prohibit", Verdict.NoRoute, "icmp-admin-prohibited")]
    [TestCase("unreachable", Verdict.NoRoute, "icmp-host-unreachable")]
    [TestCase("throw", Verdict.NoRoute, "icmp-net-unreachable")]
    [TestCase(null, Verdict.NoRoute, "icmp-net-unreachable")]
    public async Task A_route_that_refuses(string? type, Verdict verdict, string? answer)
    {
        network.Set("*nat\n-A POSTROUTING -s 10.7.0.0/16 -j MASQUERADE", type is null ? "" : $"ip -n $router route add {type} 10.9.0.0/16");
        var path = await network.AgreeAsync("10.9.0.2", IpProtocol.Udp, 7);
        Assert.That((path.Verdict, path.Answer), Is.EqualTo((verdict, answer)));
        if (type is not null)
            network.Run("ip -n $router route del 10.9.0.0/16");
    }

    [TestCase("-j MASQUERADE")]
    [TestCase("-j MASQUERADE --random-fully")]
    [TestCase("-p udp -j MASQUERADE --to-ports 5000-5100")]
    [TestCase("-p tcp -j SNAT --to-source 10.2.0.1:6000-6999 --random")]
    [TestCase("-j SNAT --to-source 10.2.0.5-10.2.0.6")]
    [TestCase("-j SNAT --to-source 10.2.0.1 --persistent")]
    public async Task A_source_translated(string rule)
    {
        network.Set($"*nat\n-A POSTROUTING -o vs {rule}", "ip -n $router addr add 10.2.0.5/24 dev vs; ip -n $router addr add 10.2.0.6/24 dev vs");
        foreach (var protocol in new[] { IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp })
            await network.AgreeAsync(RouterNetwork.ServerAddress, protocol, protocol == IpProtocol.Icmp ? 0 : 7);
        await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Udp, 8);
        network.Run("ip -n $router addr del 10.2.0.5/24 dev vs; ip -n $router addr del 10.2.0.6/24 dev vs");
    }

    [TestCase("PREROUTING -d 10.8.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.2.0.2:7")]
    [TestCase("PREROUTING -d 10.8.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.2.0.2:9")]
    [TestCase("PREROUTING -d 10.8.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.2.0.2:7-9")]
    [TestCase("PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 7")]
    [TestCase("PREROUTING -p tcp -j REDIRECT")]
    [TestCase("PREROUTING -d 10.8.0.0/24 -j NETMAP --to 10.2.0.0/24")]
    [TestCase("PREROUTING -d 10.8.0.1/32 -j DNAT --to-destination 10.1.0.2")]
    [TestCase("PREROUTING -d 10.8.0.0/24 -p tcp -j DNAT --to-destination 10.2.0.2:7-90/7")]
    [TestCase("PREROUTING -d 10.8.0.0/24 -p udp -j DNAT --to-destination 10.2.0.2:100-102/9")]
    [TestCase("PREROUTING -d 10.8.0.0/24 -p tcp -j DNAT --to-destination 10.2.0.2:5-9/78")]
    public async Task A_destination_translated(string rule)
    {
        network.Set($"*nat\n-A {rule}");
        await network.AgreeAsync("10.8.0.1", IpProtocol.Tcp, 80);
        await network.AgreeAsync("10.8.0.2", IpProtocol.Udp, 7);
        await network.AgreeAsync("10.8.0.2", IpProtocol.Icmp);
    }

    [Test]
    public async Task Forwarding_switched_off()
    {
        network.Set("", "on $router sysctl -qw net.ipv4.ip_forward=0");
        Assert.That((await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Tcp, 7)).Verdict, Is.EqualTo(Verdict.NoRoute));
        Assert.That((await network.AgreeAsync("10.2.0.1", IpProtocol.Tcp, 7)).Verdict, Is.EqualTo(Verdict.Delivered));
        network.Run("on $router sysctl -qw net.ipv4.ip_forward=1");
    }

    [Test]
    public async Task A_packet_too_big_for_the_next_device()
    {
        network.Set("", "ip -n $router link set vs mtu 1280");
        var probe = Probe.Of(RouterNetwork.ClientAddress, RouterNetwork.ServerAddress, IpProtocol.Udp, 7) with { Payload = 1300 };
        Assert.That((await network.AgreeAsync(probe)).Verdict, Is.EqualTo(Verdict.TooBig));
        network.Run("ip -n $router link set vs mtu 1500");
    }

    [Test]
    public async Task Chains_that_jump_go_and_return()
    {
        network.Set("""
            *filter
            :FORWARD DROP
            :A -
            :B -
            :C -
            -A FORWARD -p tcp -j A
            -A FORWARD -p udp -g B
            -A FORWARD -p icmp -j C
            -A A -g B
            -A A -j DROP
            -A B -p tcp -m tcp --dport 8 -j RETURN
            -A B -p tcp -j ACCEPT
            -A B -j RETURN
            -A C -j RETURN
            *mangle
            -A FORWARD -j RETURN
            -A FORWARD -j DROP
            """);
        Assert.That((await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Tcp, 7)).Verdict, Is.EqualTo(Verdict.Delivered));
        await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Tcp, 8);
        await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Udp, 7);
        await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Icmp);
    }

    [TestCase("icmp-port-unreachable")]
    [TestCase("icmp-admin-prohibited")]
    [TestCase("tcp-reset")]
    public async Task A_rule_that_rejects(string with)
    {
        network.Set($"-A FORWARD -p tcp -j REJECT --reject-with {with}\n-A INPUT -p tcp -j REJECT --reject-with {with}\n-A OUTPUT -d 10.2.0.2/32 -p tcp -j REJECT --reject-with {with}");
        foreach (var destination in new[] { RouterNetwork.ServerAddress, "10.2.0.1" })
            Assert.That((await network.AgreeAsync(destination, IpProtocol.Tcp, 7)).Answer, Is.EqualTo(with));
        await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Tcp, 7, "10.2.0.1", RouterNetwork.Router);
    }

    [TestCase("-o lo -j SNAT --to-source 10.1.0.1")]
    [TestCase("-j MASQUERADE --random-fully")]
    public async Task A_reset_by_a_rule_has_the_nat_chains_asked_for_the_connection_of_the_packet_that_it_refuses(string rule)
    {
        network.Set($"""
            -A OUTPUT -p tcp -m tcp --dport 8 -j REJECT --reject-with tcp-reset
            *nat
            -A POSTROUTING -p tcp {rule}
            *mangle
            -A INPUT -m conntrack --ctstate SNAT -j ACCEPT
            -A INPUT -m conntrack --ctrepldst 10.1.0.1/32 -j ACCEPT
            -A INPUT -m conntrack --ctreplsrc 10.2.0.2/32 -j ACCEPT
            """);
        Assert.That((await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Tcp, 8, "10.2.0.1", RouterNetwork.Router)).Answer, Is.EqualTo("tcp-reset"));
    }

    [Test]
    public async Task What_headers_and_the_way_back_say_is_asked_as_the_kernel_does()
    {
        network.Set("""
            *raw
            -A PREROUTING -m rpfilter -j ACCEPT
            -A PREROUTING -m rpfilter --loose -j MARK --set-mark 1
            -A PREROUTING -m rpfilter --accept-local --invert -j MARK --set-mark 2
            *mangle
            -A PREROUTING -m ecn --ecn-ip-ect 2 -j MARK --or-mark 4
            -A PREROUTING -p tcp -m ecn --ecn-tcp-ece -j MARK --or-mark 8
            -A PREROUTING -p tcp -m ecn ! --ecn-tcp-cwr -j MARK --or-mark 16
            -A PREROUTING -p tcp -m tcp --dport 7 -j ECN --ecn-tcp-remove
            -A PREROUTING -p tcp -m tcp --dport 8 -j ECN --ecn-tcp-cwr 1 --ecn-tcp-ece 0 --ecn-ip-ect 1
            -A FORWARD -p tcp -m ecn --ecn-tcp-ece -j ACCEPT
            -A FORWARD -p tcp -m ecn --ecn-tcp-cwr -m ecn --ecn-ip-ect 1 -j ACCEPT
            -A INPUT -m mac ! --mac-source 02:00:00:00:00:01 -j ACCEPT
            """);
        var offer = Probe.Of(RouterNetwork.ClientAddress, RouterNetwork.ServerAddress, IpProtocol.Tcp, 7) with { TcpFlags = 0xC2 };
        foreach (byte congestion in new byte[] { 0, 2, 3 })
        {
            await network.AgreeAsync(offer with { TrafficClass = congestion });
            await network.AgreeAsync(offer with { TrafficClass = congestion, DestinationPort = 8 });
        }

        await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Udp, 7, "10.2.0.9");
        await network.AgreeAsync("10.2.0.1", IpProtocol.Udp, 7, "10.9.0.9");
        await network.AgreeAsync("10.2.0.1", IpProtocol.Udp, 7, "10.1.0.1", RouterNetwork.Router);
        await network.AgreeAsync(Probe.Of(RouterNetwork.ClientAddress, RouterNetwork.ServerAddress, IpProtocol.Tcp, 8) with { TrafficClass = 3 });
    }

    [Test]
    public async Task Rules_of_nftables_about_what_loops_back_and_ranges_that_are_networks()
    {
        network.Set();
        network.Replace(RouterNetwork.Router, """
            table inet once {
              chain in {
                type filter hook input priority -300
                fib saddr . mark oif exists meta mark set 1
                ct status confirmed meta mark set meta mark | 2
                ip6 length > 48 meta mark set meta mark | 4
                ip ecn ect0 meta mark set meta mark | 8
              }
              chain nat {
                type nat hook prerouting priority -100
                tcp dport 80 dnat ip to 10.2.0.2-10.2.0.3:7
                tcp dport 80 dnat ip6 to [fd02::2]-[fd02::3]:7
              }
            }
            """, "nft -f -");
        foreach (var (client, own, other) in new[] { (RouterNetwork.ClientAddress, "10.2.0.1", "10.1.0.1"), ("fd01::2", "fd02::1", "fd01::1") })
        {
            await network.AgreeAsync(Probe.Of(other, own, IpProtocol.Udp, 7) with { TrafficClass = 2 }, RouterNetwork.Router);
            await network.AgreeAsync(own, IpProtocol.Udp, 7, client);
            Assert.That((await network.AgreeAsync(own, IpProtocol.Tcp, 80, client)).Verdict, Is.EqualTo(Verdict.Delivered));
        }

        network.Run("on $router nft delete table inet once");
    }

    [Test]
    public async Task What_the_router_sends_itself_is_translated_and_routed_again()
    {
        network.Set("""
            *nat
            -A OUTPUT -d 10.8.0.1/32 -p tcp -j DNAT --to-destination 10.2.0.2:7
            -A OUTPUT -d 10.8.0.2/32 -p tcp -j REDIRECT --to-ports 7
            -A OUTPUT -d 10.8.0.3/32 -j DNAT --to-destination 10.2.0.2
            -A POSTROUTING -o vs -j MASQUERADE
            """, "ip -n $router route add default via 10.1.0.2");
        foreach (var destination in new[] { "10.8.0.1", "10.8.0.2", "10.8.0.3", "10.2.0.2", "10.1.0.1", "127.0.0.1" })
            await network.AgreeAsync(destination, IpProtocol.Tcp, 7, destination == "127.0.0.1" ? destination : "10.1.0.1", RouterNetwork.Router);
        await network.AgreeAsync("10.8.0.3", IpProtocol.Icmp, 0, "10.1.0.1", RouterNetwork.Router);
        network.Run("ip -n $router route del default");
    }

    [TestCase(0, "", Verdict.NoRoute)]
    [TestCase(0, "-A POSTROUTING -j MASQUERADE", Verdict.NoRoute)]
    [TestCase(1, "-A POSTROUTING -j MASQUERADE", Verdict.Delivered)]
    public async Task What_comes_from_a_loopback_address_leaves_only_with_route_localnet(int setting, string rule, Verdict verdict)
    {
        network.Set($"*nat\n-A OUTPUT -d 127.0.0.1/32 -p tcp -j DNAT --to-destination 10.2.0.2:7\n{rule}", $"on $router sysctl -qw net.ipv4.conf.vs.route_localnet={setting}");
        Assert.That((await network.AgreeAsync("127.0.0.1", IpProtocol.Tcp, 80, "127.0.0.1", RouterNetwork.Router)).Verdict, Is.EqualTo(verdict));
        network.Run("on $router sysctl -qw net.ipv4.conf.vs.route_localnet=0");
    }

    [Test]
    public async Task Sctp_is_translated_like_the_others()
    {
        network.Set("*nat\n-A PREROUTING -d 10.8.0.1/32 -p sctp -m sctp --dport 80 -j DNAT --to-destination 10.2.0.2:90\n-A POSTROUTING -j MASQUERADE");
        network.Load(RouterNetwork.Server, "-A INPUT -p sctp -m sctp --dport 90 -j DROP");
        Assert.That((await network.AgreeAsync("10.8.0.1", IpProtocol.Sctp, 80)).Verdict, Is.EqualTo(Verdict.DroppedByRule));
        network.Load(RouterNetwork.Server, "");
    }

    [Test]
    public async Task Untracked_packets_are_not_translated()
    {
        network.Set("""
            *raw
            -A PREROUTING -p udp -m udp --dport 7 -j CT --notrack
            *nat
            -A PREROUTING -p udp -j DNAT --to-destination 10.2.0.2:9
            -A POSTROUTING -j MASQUERADE
            *filter
            -A FORWARD -m conntrack --ctstate UNTRACKED -j ACCEPT
            -A FORWARD -m conntrack --ctstate INVALID -j DROP
            -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT
            -A FORWARD -m conntrack --ctstate RELATED -j ACCEPT
            """);
        await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Udp, 7);
        await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Udp, 17);
        await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Tcp, 8);
    }

    [TestCase("--zone 6")]
    [TestCase("--zone-orig 6")]
    [TestCase("--zone-reply 6")]
    public async Task A_zone_that_only_requests_are_looked_up_in(string zone)
    {
        network.Set($"""
            *raw
            -A PREROUTING -i vc -j CT {zone}
            *filter
            -A FORWARD -m conntrack --ctstate NEW -j ACCEPT
            -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
            -A OUTPUT -m conntrack --ctstate NEW -j ACCEPT
            -A OUTPUT -m conntrack --ctstate INVALID -j ACCEPT
            -A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
            *nat
            -A POSTROUTING -o vs -p udp -j MASQUERADE
            """);
        foreach (var destination in new[] { "10.2.0.1", RouterNetwork.ServerAddress })
        {
            foreach (var protocol in new[] { IpProtocol.Udp, IpProtocol.Icmp, IpProtocol.Tcp })
                await network.AgreeAsync(destination, protocol, protocol == IpProtocol.Icmp ? 0 : 7);
        }
    }

    [TestCase("", Verdict.Delivered, null)]
    [TestCase("-A FORWARD -p tcp -j REJECT --reject-with tcp-reset", Verdict.RejectedByRule, "tcp-reset")]
    [TestCase("-A FORWARD -p tcp -j REJECT --reject-with icmp6-adm-prohibited", Verdict.RejectedByRule, "icmp6-adm-prohibited")]
    [TestCase("*nat\n-A PREROUTING -d fd08::1/128 -p tcp -m tcp --dport 80 -j DNAT --to-destination [fd02::2]:7\n-A POSTROUTING -j MASQUERADE", Verdict.Delivered, null)]
    public async Task Ip6tables_beside_iptables(string rules, Verdict verdict, string? answer)
    {
        network.Set("-A FORWARD -j DROP");
        network.Set(rules, isIpv6: true);
        if (rules.StartsWith('*'))
        {
            var path = await network.AgreeAsync("fd08::1", IpProtocol.Tcp, 80, "fd01::2");
            Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.Delivered)));
            return;
        }

        var direct = await network.AgreeAsync("fd02::2", IpProtocol.Tcp, 7, "fd01::2");
        Assert.That((direct.Verdict, direct.Answer), Is.EqualTo((verdict, answer ?? "reply")));
        await network.AgreeAsync("fd02::1", IpProtocol.Udp, 7, "fd01::2");
        await network.AgreeAsync("fd02::2", IpProtocol.Icmpv6, 0, "fd01::2");
        network.Set("", isIpv6: true);
    }
}
