using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Which routes the kernel asks at a router, by marks, classes, protocols and ports, for the way there and for the way back, and what the walk says.</summary>
[NonParallelizable]
public sealed class PolicyRoutingTests
{
    private RouterNetwork network = null!;

    [OneTimeSetUp]
    public void Create() => network = new RouterNetwork();

    [OneTimeTearDown]
    public void Delete() => network?.Dispose();

    [TestCase(0, Verdict.Delivered)]
    [TestCase(1, Verdict.NoRoute)]
    [TestCase(2, Verdict.NoRoute)]
    public async Task A_source_that_would_not_be_answered_by_that_device(int mode, Verdict verdict)
    {
        network.Set("", $"on $router sysctl -qw net.ipv4.conf.vc.rp_filter={mode}");
        var path = await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Udp, 9, "10.7.0.9");
        Assert.That(path.Verdict, Is.EqualTo(mode == 0 ? Verdict.NoListener : verdict));
        network.Run("on $router sysctl -qw net.ipv4.conf.vc.rp_filter=0");
    }

    [Test]
    public async Task Marks_choose_the_route()
    {
        network.Set("*mangle\n-A PREROUTING -p udp -j MARK --set-mark 5\n-A OUTPUT -p udp -j MARK --set-mark 5", """
            ip -n $router rule add fwmark 5 lookup 100
            ip -n $router route add prohibit 10.2.0.0/24 table 100
            """);
        Assert.That((await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Udp, 7)).Answer, Is.EqualTo("icmp-admin-prohibited"));
        Assert.That((await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Tcp, 7)).Verdict, Is.EqualTo(Verdict.Delivered));
        await network.AgreeAsync(RouterNetwork.ServerAddress, IpProtocol.Udp, 7, "10.2.0.1", RouterNetwork.Router);
        network.Run("ip -n $router rule del fwmark 5; ip -n $router route flush table 100");
    }

    [Test]
    public async Task Policy_rules_about_the_way_back_and_about_classes()
    {
        network.Set("*mangle\n-A PREROUTING -m addrtype --dst-type UNICAST -j MARK --set-mark 7", """
            ip -n $router rule add pref 100 tos 0x10 iif lo to 10.1.0.2 blackhole
            ip -n $router rule add pref 101 tos 0x08 iif vs to 10.1.0.2 blackhole
            ip -n $router route add blackhole 10.9.0.2/32
            on $router sysctl -qw net.ipv4.conf.vc.rp_filter=1
            """);
        var probe = Probe.Of(RouterNetwork.ClientAddress, RouterNetwork.ServerAddress, IpProtocol.Udp, 7) with { TrafficClass = 0x10 };
        var own = probe with { Destination = System.Net.IPAddress.Parse("10.2.0.1") };
        foreach (var (asked, trafficClass, verdict) in new[] { (probe, 0x10, Verdict.Delivered), (probe, 0x08, Verdict.NoRoute), (own, 0x10, Verdict.NoRoute), (own, 0x08, Verdict.Delivered) })
            Assert.That((await network.AgreeAsync(asked with { TrafficClass = (byte)trafficClass })).Verdict, Is.EqualTo(verdict), $"{asked.Destination} {trafficClass:x}");
        await network.AgreeAsync("10.9.0.2", IpProtocol.Udp, 7);
        network.Run("on $router sysctl -qw net.ipv4.conf.vc.rp_filter=0");
        network.Replace(RouterNetwork.Router, """
            table inet once {
              chain before {
                type filter hook prerouting priority -300
                fib saddr . iif oif missing meta mark set 8
              }
              chain between {
                type filter hook forward priority -300
                fib saddr . iif oif missing meta mark set meta mark | 16
              }
            }
            """, "nft -f -");
        foreach (var trafficClass in new byte[] { 0x10, 0x08 })
            await network.AgreeAsync(probe with { TrafficClass = trafficClass });
        network.Run("on $router nft delete table inet once");
        // The error's class, 0xD0, is of the rule's TOS.
        Assert.That((await network.AgreeAsync(probe with { Ttl = 1 })).ReplyVerdict, Is.EqualTo(Verdict.NoRoute));
        network.Run("ip -n $router rule del pref 100; ip -n $router rule del pref 101; ip -n $router route del 10.9.0.2/32");
    }

    [TestCase("rule add pref 100 fwmark 2 lookup 100; ip -n $router FAMILY route add default via 10.2.0.2 table 100", false)]
    [TestCase("rule add pref 100 ipproto udp iif lo to 10.1.0.2 unreachable", false)]
    [TestCase("rule add pref 100 sport 7 iif lo to 10.1.0.2 unreachable", false)]
    [TestCase("rule add pref 100 sport 7 to 10.1.0.2 unreachable", false)]
    [TestCase("rule add pref 100 dport 7 to 10.1.0.2 unreachable", false)]
    [TestCase("route add 10.1.0.2/32 via 10.2.0.2", true)]
    [TestCase("route add 10.1.0.2/32 via 10.2.0.2 metric 5; ip -n $router FAMILY route add 10.1.0.2/32 dev vc metric 6", true)]
    [TestCase("route add 10.1.0.2/32 nexthop via 10.2.0.2 nexthop dev vc weight 3", true)]
    public async Task The_way_back_is_looked_up_as_each_that_asks_for_it_does(string surroundings, bool isOfRoutes)
    {
        foreach (var isIpv6 in new[] { false, true })
        {
            // What IPv6 answers of several next hops the hash of the flow decides.
            if (isIpv6 && surroundings.Contains("nexthop", StringComparison.Ordinal))
                continue;
            network.Set("""
                *raw
                -A PREROUTING -j MARK --set-mark 2
                -A PREROUTING -m rpfilter
                -A PREROUTING -m rpfilter --validmark
                -A PREROUTING -m rpfilter --loose
                -A PREROUTING -m rpfilter --loose --validmark
                -A PREROUTING -j MARK --set-mark 0
                """, Spelled($"ip -n $router FAMILY {surroundings}"), isIpv6);
            network.Replace(RouterNetwork.Router, """
                table inet once {
                  chain before {
                    type filter hook prerouting priority -250
                    fib saddr oif "vc" meta mark set meta mark | 1
                    fib saddr oif "vs" meta mark set meta mark | 2
                    fib saddr . iif oif missing meta mark set meta mark | 4
                    fib saddr . iif . mark oif exists meta mark set meta mark | 8
                    meta mark set 0
                  }
                }
                """, "nft -f -");
            foreach (var filter in isIpv6 || isOfRoutes ? [0] : new[] { 0, 1 })
            {
                network.Run($"on $router sysctl -qw net.ipv4.conf.vc.rp_filter={filter}");
                await network.AgreeAsync(Spelled("10.2.0.1"), IpProtocol.Udp, 7, Spelled(RouterNetwork.ClientAddress));
                await network.AgreeAsync(Spelled("10.2.0.2"), IpProtocol.Udp, 7, Spelled(RouterNetwork.ClientAddress));
            }

            network.Run(Spelled("""
                on $router sysctl -qw net.ipv4.conf.vc.rp_filter=0
                on $router nft delete table inet once
                ip -n $router FAMILY rule del pref 100 2>/dev/null || true
                ip -n $router FAMILY route flush table 100 2>/dev/null || true
                ip -n $router FAMILY route flush exact 10.1.0.2/32
                """));
            network.Set("", isIpv6: isIpv6);

            string Spelled(string text) => isIpv6 ? Ip6Spelling.Of(text).Replace("FAMILY", "-6", StringComparison.Ordinal) : text.Replace("FAMILY ", "", StringComparison.Ordinal);
        }
    }

    [TestCase("", false)]
    [TestCase("ip -n $router FAMILY rule add pref 101 iif vs ipproto udp dport 99 blackhole", true)]
    public async Task What_is_routed_again_is_asked_for_its_ports_only_where_a_rule_of_arrivals_names_some(string other, bool isDropped)
    {
        foreach (var (family, client, own, source) in new[] { ("", RouterNetwork.ClientAddress, "10.1.0.1", "10.2.0.1"), ("-6", "fd01::2", "fd01::1", "fd02::1") })
        {
            network.Set($"*nat\n-A INPUT -p udp -j SNAT --to-source {source}", $"ip -n $router {family} rule add pref 100 iif lo ipproto udp sport 7 to {client} blackhole; {other.Replace("FAMILY", family, StringComparison.Ordinal)}", isIpv6: family.Length > 0);
            var path = await network.AgreeAsync(own, IpProtocol.Udp, 7, client);
            Assert.That(path.ReplyVerdict, Is.EqualTo(isDropped ? Verdict.NoRoute : Verdict.Delivered));
            network.Run($"ip -n $router {family} rule del pref 100; ip -n $router {family} rule del pref 101 2>/dev/null || true");
            network.Set("", isIpv6: family.Length > 0);
        }
    }
}
