using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Lines as iproute2 prints them, and what each says.</summary>
public sealed class IpRouteReaderTests
{
    [TestCase("blackhole 10.4.0.0/16 ", "blackhole")]
    [TestCase("unreachable default dev lo metric 4294967295 error -101 pref medium", "unreachable")]
    [TestCase("prohibit 10.6.0.0/16 proto static ", "prohibit")]
    [TestCase("throw 10.7.0.0/16 table 100 ", "throw")]
    [TestCase("local 10.0.0.1 dev eth0 table local proto kernel scope host src 10.0.0.1 ", "local")]
    [TestCase("broadcast 10.0.0.255 dev eth0 table local proto kernel scope link src 10.0.0.1 ", "broadcast")]
    [TestCase("multicast ff00::/8 dev eth0 table local proto kernel metric 256 pref medium", "multicast")]
    [TestCase("anycast fe80:: dev eth0 table local proto kernel metric 0 pref medium", "anycast")]
    [TestCase("unicast 10.0.0.0/8 via 192.0.2.1 dev eth0 proto boot scope global ", "unicast")]
    [TestCase("10.0.0.0/8 via 192.0.2.1 dev eth0 ", "unicast")]
    public void The_type_stands_in_front_or_is_unicast(string line, string type) => Assert.That(Read(line).Type, Is.EqualTo(type));

    [Test]
    public void A_route_of_type_blackhole_has_no_next_hop() => Assert.That(Read("blackhole 10.4.0.0/16 ").NextHops, Is.Empty);

    [Test]
    public void A_prefix_without_a_length_is_a_host() => Assert.That(Read("10.0.0.1 dev cali123 scope link ").Destination.ToString(), Is.EqualTo("10.0.0.1/32"));

    [TestCase("default via 192.0.2.1 dev eth0 ", "0.0.0.0/0")]
    [TestCase("default via fe80::1 dev eth0 metric 1024 pref medium", "::/0")]
    [TestCase("default dev tun0 metric 1024 pref medium", "::/0")]
    [TestCase("default dev tun0 scope link ", "0.0.0.0/0")]
    public void The_family_of_a_default_route_is_told_by_the_rest_of_its_line(string line, string destination) =>
        Assert.That(Read(line).Destination.ToString(), Is.EqualTo(destination));

    [Test]
    public void A_gateway_of_the_other_family_does_not_change_the_route()
    {
        var route = Read("default via inet6 fe80::1 dev eth0 ");
        Assert.That((route.Destination.ToString(), route.NextHops[0].Gateway.ToString()), Is.EqualTo(("0.0.0.0/0", "fe80::1")));
    }

    [TestCase("10.3.0.0/16 proto static metric 20 \n\tnexthop via 192.0.2.4 dev eth0 weight 1 \n\tnexthop via 192.0.2.5 dev eth1 weight 5 onlink \n")]
    [TestCase("10.3.0.0/16 proto static metric 20 \\\tnexthop via 192.0.2.4 dev eth0 weight 1 \\\tnexthop via 192.0.2.5 dev eth1 weight 5 onlink \n")]
    public void Next_hops_stand_on_lines_of_their_own_or_behind_backslashes(string text)
    {
        var document = DumpReaders.Read("x", text);
        Assert.That(document.Problems, Is.Empty);
        var hops = document.Records.OfType<RouteRecord>().Single().NextHops;
        Assert.That(hops.Select(h => (h.Gateway.ToString(), h.Device, h.Weight, h.OnLink)), Is.EqualTo(new[] { ("192.0.2.4", "eth0", 1, false), ("192.0.2.5", "eth1", 5, true) }));
    }

    [TestCase("10.12.0.0/16  encap mpls  100/200 via 192.0.2.7 dev eth0 ", "mpls 100/200")]
    [TestCase("10.13.0.0/16  encap ip id 5 src 0.0.0.0 dst 192.0.2.8 ttl 0 tos 0 dev eth0 scope link ", "ip id 5 src 0.0.0.0 dst 192.0.2.8 ttl 0 tos 0")]
    [TestCase("10.14.0.0/16  encap seg6 mode encap segs 2 [ 2001:db8::a 2001:db8::b ] via inet6 2001:db8::1 dev eth0 ", "seg6 mode encap segs 2 [ 2001:db8::a 2001:db8::b ]")]
    public void A_lightweight_tunnel_is_kept_as_printed_and_its_words_are_not_the_route_s(string line, string encapsulation)
    {
        var route = Read(line);
        Assert.That(route.Encapsulation, Is.EqualTo(encapsulation));
        Assert.That(route.NextHops.Single().Device, Is.EqualTo("eth0"));
        Assert.That(route.Source.IsNone, Is.True);
    }

    [Test]
    public void A_locked_MTU_is_the_route_s()
    {
        var route = Read("10.1.0.0/16 via 192.0.2.3 dev eth0 proto static src 192.0.2.1 metric 100 mtu lock 1400 advmss 1300 ");
        Assert.That((route.Mtu, route.Metric, route.Source.ToString(), route.Details["advmss"]), Is.EqualTo((1400, 100, "192.0.2.1", "1300")));
    }

    [TestCase("10.11.0.0/16 nhid 5 via 192.0.2.6 dev eth0 ", 5, 1)]
    [TestCase("10.11.0.0/16 nhid 7 proto bgp metric 20 ", 7, 0)]
    public void A_next_hop_may_be_known_by_its_id(string line, int id, int hops)
    {
        var route = Read(line);
        Assert.That((route.NextHopId, route.NextHops.Count), Is.EqualTo((id, hops)));
    }

    [Test]
    public void The_table_that_the_command_names_is_the_table_of_its_routes()
    {
        var routes = DumpReaders.Read("x", "$ ip route show table 100\n10.0.0.0/8 dev eth0 \n$ ip route\n10.0.0.0/8 dev eth0 \n$ ip route show table all\n10.0.0.0/8 dev eth0 table 7 \n").Records.OfType<RouteRecord>();
        Assert.That(routes.Select(r => r.Table), Is.EqualTo(new[] { "100", "main", "7" }));
    }

    [Test]
    public void What_a_lookup_found_is_no_entry_of_a_table() =>
        Assert.That(DumpReaders.Read("x", "192.0.2.1 dev eth0 src 192.0.2.9 uid 0 \n    cache \n").Records.OfType<RouteRecord>().Single().Table, Is.EqualTo("cache"));

    [TestCase("10.0.0.0/8 via")]
    [TestCase("10.0.0.0/8 via 192.0.2")]
    [TestCase("10.0.0.0/8 dev")]
    [TestCase("10.0.0.0/33 dev eth0")]
    public void Half_a_route_is_reported_and_is_no_route(string line)
    {
        var document = DumpReaders.Read("x", $"10.9.0.0/16 dev eth0 \n{line}\n");
        Assert.That(document.Records, Has.Count.EqualTo(1));
        Assert.That(document.Problems.Select(p => (p.Code, p.Location.Line)), Is.EqualTo(new[] { ("unknown-ip-route", 2) }));
    }

    [Test]
    public void A_word_nobody_knows_is_reported_with_its_column_and_costs_nothing_else()
    {
        var document = DumpReaders.Read("x", "10.9.0.0/16 dev eth0 proto kernel\n10.0.0.0/8 via 192.0.2.1 dev eth0 shiny metric 5\n");
        Assert.That(document.Problems.Single().Location.Column, Is.EqualTo(35));
        Assert.That(document.Records.OfType<RouteRecord>().Last().Metric, Is.EqualTo(5));
    }

    private static RouteRecord Read(string line)
    {
        var document = DumpReaders.Read("x", line + "\n");
        Assert.That(document.Problems, Is.Empty);
        return document.Records.OfType<RouteRecord>().Single();
    }
}
