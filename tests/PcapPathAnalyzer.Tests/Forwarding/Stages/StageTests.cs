using PcapPathAnalyzer.Forwarding;

namespace PcapPathAnalyzer.Tests.Forwarding.Stages;

/// <summary>One thing the kernel does per case, and what it takes the walk to say so.</summary>
public sealed class StageTests
{
    private const string Neighbour = "10.2.0.9 dev eth1 lladdr 02:00:00:00:00:09 REACHABLE\n";

    [Test]
    public void The_longest_prefix_wins_and_of_equal_ones_the_least_metric()
    {
        var village = Village.Router().With("node/ip-route", "default via 10.1.0.2 dev eth0\n10.9.0.0/16 via 10.1.0.3 dev eth0\n10.9.9.0/24 via 10.2.0.3 dev eth1 metric 200\n10.9.9.0/24 via 10.2.0.4 dev eth1 metric 100\n10.2.0.0/24 dev eth1 scope link\n10.1.0.0/24 dev eth0 scope link\n");
        Assert.That(Route(village.FromOutside("10.9.9.9")), Is.EqualTo("10.9.9.9 by 10.9.9.0/24 via 10.2.0.4 dev eth1"));
        Assert.That(Route(village.FromOutside("10.9.8.9")), Is.EqualTo("10.9.8.9 by 10.9.0.0/16 via 10.1.0.3 dev eth0"));
        Assert.That(Route(village.FromOutside("192.0.2.1")), Does.StartWith("192.0.2.1 by 0.0.0.0/0 via 10.1.0.2"));
    }

    [Test]
    public void A_mark_chooses_the_table_and_a_table_that_was_not_dumped_is_named()
    {
        var village = Village.Router().With("node/ip-rule", "0:\tfrom all lookup local\n100:\tfrom all fwmark 0x5 lookup 77\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n");
        var path = village.FromOutside("10.2.0.9", mark: 5).Single();
        Assert.That((path.Verdict, path.Reason), Is.EqualTo((Verdict.CannotTell, "how node routes 10.2.0.9 is not in the dumps; it would take: routing table 77 of node (ip route show table all)")));
        Assert.That(village.FromOutside("10.2.0.9").Single().Verdict, Is.EqualTo(Verdict.LeavesBundle));
    }

    [Test]
    public void Next_hops_share_by_their_weights()
    {
        var village = Village.Router().With("node/ip-route", "10.9.0.0/16\n\tnexthop via 10.2.0.3 dev eth1 weight 3\n\tnexthop via 10.2.0.4 dev eth1 weight 1\n10.2.0.0/24 dev eth1 scope link\n10.1.0.0/24 dev eth0 scope link\n");
        Assert.That(village.FromOutside("10.9.0.1").Select(p => p.Probability), Is.EqualTo(new[] { 0.75, 0.25 }));
    }

    [TestCase("", "10.2.0.1")]
    [TestCase(" src 10.2.0.7", "10.2.0.7")]
    public void The_source_is_the_devices_first_address_or_what_the_route_names(string words, string source)
    {
        var village = Village.Router().With("node/ip-route", $"10.2.0.0/24 dev eth1 scope link{words}\n");
        Assert.That(village.Ask(new Question { From = "node", To = "10.2.0.9" })[0].Steps[0].Packet.Tuple.Source.ToString(), Is.EqualTo(source));
    }

    [TestCase("REACHABLE", Verdict.LeavesBundle)]
    [TestCase("FAILED", Verdict.NeighbourUnreachable)]
    [TestCase("INCOMPLETE", Verdict.NeighbourUnreachable)]
    public void A_neighbour_that_does_not_answer_ends_the_way(string state, Verdict verdict) =>
        Assert.That(Village.Router().With("node/ip-neigh", $"10.2.0.9 dev eth1 {(state == "REACHABLE" ? "lladdr 02:00:00:00:00:09 " : "")}{state}\n").FromOutside("10.2.0.9").Single().Verdict, Is.EqualTo(verdict));

    [TestCase(1500, Verdict.LeavesBundle)]
    [TestCase(1501, Verdict.TooBig)]
    public void A_packet_larger_than_the_device_is_refused(int size, Verdict verdict) =>
        Assert.That(Village.Router().With("node/ip-neigh", Neighbour).FromOutside("10.2.0.9", size: size).Single().Verdict, Is.EqualTo(verdict));

    [Test]
    public void The_time_to_live_ends_where_it_would_become_zero() =>
        Assert.That(Village.Router().FromOutside("10.2.0.9", ttl: 1).Single().Verdict, Is.EqualTo(Verdict.TtlExpired));

    [TestCase("net.ipv4.ip_forward = 0\n", Verdict.NoRoute, null)]
    [TestCase("net.ipv4.ip_forward = 1\n", Verdict.LeavesBundle, null)]
    [TestCase("net.ipv4.conf.all.rp_filter = 0\n", Verdict.LeavesBundle, "node forwards: net.ipv4.ip_forward is 1 (not dumped)")]
    public void Forwarding_that_was_not_dumped_is_a_condition(string sysctl, Verdict verdict, string? condition)
    {
        var path = Village.Router().With("node/sysctl", sysctl + "net.ipv4.conf.all.rp_filter = 0\n").FromOutside("10.2.0.9").Single();
        Assert.That(path.Verdict, Is.EqualTo(verdict));
        Assert.That(path.Conditions, Is.EqualTo(condition is null ? [] : new[] { condition }));
    }

    [TestCase("net.ipv4.conf.eth0.rp_filter = 1\n", Verdict.NoRoute)]
    [TestCase("net.ipv4.conf.eth0.rp_filter = 2\n", Verdict.LeavesBundle)]
    [TestCase("net.ipv4.conf.all.rp_filter = 1\n", Verdict.NoRoute)]
    [TestCase("net.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.eth0.rp_filter = 0\n", Verdict.LeavesBundle)]
    public void A_source_that_is_routed_by_another_device_meets_the_reverse_path_filter(string sysctl, Verdict verdict) =>
        Assert.That(Village.Router().With("node/sysctl", "net.ipv4.ip_forward = 1\n" + sysctl).FromOutside("10.2.0.9", from: "10.2.0.33").Single().Verdict, Is.EqualTo(verdict));

    [TestCase("", Verdict.NoRoute)]
    [TestCase("net.ipv4.conf.all.src_valid_mark = 1\n", Verdict.LeavesBundle)]
    public void The_reverse_path_knows_the_mark_where_src_valid_mark_says_so(string sysctl, Verdict verdict)
    {
        var village = Village.Router().With("node/sysctl", "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 1\n" + sysctl)
            .With("node/ip-rule", "0:\tfrom all lookup local\n100:\tfrom all fwmark 0x5 lookup 77\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n")
            .With("node/ip-route", "10.1.0.0/24 dev eth0 scope link\n10.2.0.0/24 dev eth1 scope link\n10.2.0.0/24 dev eth1 table 77\n192.0.2.0/24 dev eth0 table 77\n");
        var path = village.FromOutside("10.2.0.9", from: "192.0.2.1", mark: 5).Single();
        Assert.That(path.Verdict, Is.EqualTo(verdict), path.Reason);
    }

    [TestCase("", Verdict.NoRoute)]
    [TestCase("net.ipv4.conf.eth0.accept_local = 1\n", Verdict.LeavesBundle)]
    public void Ones_own_address_from_outside_is_a_martian_unless_accept_local(string sysctl, Verdict verdict) =>
        Assert.That(Village.Router().With("node/sysctl", "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 0\n" + sysctl).FromOutside("10.2.0.9", from: "10.2.0.7").Single().Verdict, Is.EqualTo(verdict));

    [TestCase("10.2.0.1:80", Verdict.Delivered, "reply")]
    [TestCase("10.2.0.1:81", Verdict.NoListener, "tcp-reset")]
    [TestCase("10.1.0.1:80", Verdict.NoListener, "tcp-reset")]
    public void Somebody_has_to_listen_on_that_address_and_port(string to, Verdict verdict, string answer)
    {
        var path = Village.Router().With("node/ss", "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port\ntcp   LISTEN 0      128        10.2.0.1:80        0.0.0.0:*\n").FromOutside(to).Single();
        Assert.That((path.Verdict, path.Answer), Is.EqualTo((verdict, answer)));
    }

    [TestCase("-A PREROUTING -p tcp -j TPROXY --on-port 8080 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1", Verdict.Delivered)]
    [TestCase("-A PREROUTING -p tcp -j TPROXY --on-port 8081 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1", Verdict.DroppedByRule)]
    public void A_transparent_proxy_takes_what_routing_by_its_mark_makes_local(string rule, Verdict verdict)
    {
        var path = Village.Router().With("node/iptables", $"*mangle\n:PREROUTING ACCEPT [0:0]\n{rule}\nCOMMIT\n")
            .With("node/ss", "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port\ntcp   LISTEN 0      128        127.0.0.1:8080        0.0.0.0:*\n")
            .With("node/ip-rule", "0:\tfrom all lookup local\n100:\tfrom all fwmark 0x1/0x1 lookup 100\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n")
            .With("node/ip-route", "10.1.0.0/24 dev eth0 scope link\n10.2.0.0/24 dev eth1 scope link\nlocal default dev lo table 100 scope host\n")
            .FromOutside("10.2.0.9:80").Single();
        Assert.That(path.Verdict, Is.EqualTo(verdict), path.Reason);
    }

    [TestCase("--zone 6", Verdict.LeavesBundle)]
    [TestCase("--zone-orig 6", Verdict.LeavesBundle)]
    [TestCase("--zone-reply 6", Verdict.DroppedByRule)]
    public void Answers_that_their_connections_zone_does_not_hold_collide_with_it(string zone, Verdict answer)
    {
        var path = Village.Router().With("node/iptables", $"*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -j CT {zone}\n{(zone == "--zone 6" ? "-A OUTPUT -j CT --zone 6\n" : "")}COMMIT\n")
            .With("node/ss", "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port\nudp   UNCONN 0      0          10.2.0.1:80        0.0.0.0:*\n").FromOutside("10.2.0.1:80", "udp").Single();
        Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, answer)));
    }

    private static string Route(IReadOnlyList<WalkPath> paths) => paths.Single().Steps.First(s => s.Kind == StepKind.Route).Text;
}
