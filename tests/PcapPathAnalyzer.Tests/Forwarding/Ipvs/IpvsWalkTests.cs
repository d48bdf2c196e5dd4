using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Tests.Forwarding.Stages;

namespace PcapPathAnalyzer.Tests.Forwarding.Ipvs;

/// <summary>
/// IPVS as its source says it works (net/netfilter/ipvs: ip_vs_core.c for hooks and order, ip_vs_xmit.c for the ways to a server, the schedulers' own
/// files). The expected ways are derived from there by hand: kernels to test on often lack IPVS, this project's own test machine among them.
/// </summary>
public sealed class IpvsWalkTests
{
    private const string Client = "node-a/pods/a2";

    [Test]
    public void A_packet_for_a_service_is_filtered_at_INPUT_and_leaves_by_OUTPUT_and_POSTROUTING()
    {
        var path = To(IpvsVillage.Create(), Client, "10.96.0.1:80", "node-b/pods/b1");
        Assert.That(Hooks(path.Steps, "node-a"), Is.EqualTo(new[]
        {
            "PREROUTING nat", // KUBE-SERVICES
            "INPUT mangle", "INPUT filter",
            "INPUT ipvs", // before the nat table of INPUT, which sees nothing of it
            "OUTPUT mangle", "OUTPUT filter", // the nat table of OUTPUT is not asked: the connection's destination is settled since PREROUTING
            "POSTROUTING nat",
        }));
        Assert.That(path.Steps[^1].Packet.Tuple.ToString(), Does.Contain("10.244.0.3").And.Contain("10.244.1.2:8080"));
        Assert.That(path.Steps[^1].Packet.Ttl, Is.EqualTo(62), "IPVS counts as a hop, and node-b routes");
        Assert.That(Hooks(path.Reply, "node-a"), Is.EqualTo(new[] { "FORWARD filter", "FORWARD ipvs" }));
        Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.Delivered)));
        Assert.That(path.Reply[^1].Packet.Tuple, Is.EqualTo(path.Steps[0].Packet.Tuple.Reversed));
    }

    [TestCase(true, Verdict.Delivered)]
    [TestCase(false, Verdict.NoListener)]
    public void An_answer_that_a_bridge_switches_is_translated_where_the_bridge_calls_iptables(bool calls, Verdict answer)
    {
        var village = IpvsVillage.Create();
        if (!calls)
            village.With("node-a/sysctl", "net.ipv4.ip_forward = 1\nnet.ipv4.vs.conntrack = 1\nnet.ipv4.conf.all.rp_filter = 0\nnet.bridge.bridge-nf-call-iptables = 0\n");
        Assert.That(To(village, Client, "10.96.0.1:80", "node-a/pods/a1").ReplyVerdict, Is.EqualTo(answer));
    }

    [Test]
    public void A_pod_that_is_given_to_itself_is_masqueraded_by_the_set_of_loops()
    {
        var path = To(IpvsVillage.Create(), "node-a/pods/a1", "10.96.0.1:80", "node-a/pods/a1");
        Assert.That(path.Steps.Single(s => s.Kind == StepKind.Masquerade).Packet.Tuple.Source.ToString(), Is.EqualTo("10.244.0.1"));
        Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.Delivered)));
        Assert.That(path.Reply[^1].Packet.Tuple, Is.EqualTo(path.Steps[0].Packet.Tuple.Reversed));
    }

    [Test]
    public void What_the_node_itself_sends_is_taken_at_OUTPUT_and_sent_through_OUTPUT_again()
    {
        var path = To(IpvsVillage.Create(), "node-a", "10.96.0.1:80", "node-b/pods/b1");
        Assert.That(path.Steps[0].Packet.Tuple.Source.ToString(), Is.EqualTo("10.96.0.1"), "to an address of its own a host sends from that address");
        Assert.That(Hooks(path.Steps, "node-a"), Is.EqualTo(new[] { "OUTPUT mangle", "OUTPUT nat", "OUTPUT ipvs", "OUTPUT mangle", "OUTPUT filter", "POSTROUTING nat" }));
        Assert.That(path.Steps[^1].Packet.Tuple.Source.ToString(), Is.EqualTo("192.168.56.11"), "masqueraded: the address is not of the pods' range");
        Assert.That(Hooks(path.Reply, "node-a"), Is.EqualTo(new[] { "PREROUTING un-nat", "INPUT mangle", "INPUT filter", "INPUT ipvs" }));
        Assert.That(path.Reply[^1].Packet.Tuple, Is.EqualTo(path.Steps[0].Packet.Tuple.Reversed));
    }

    [Test]
    public void A_node_port_from_outside_is_masqueraded_for_its_mark()
    {
        var paths = IpvsVillage.Create().Ask(new Question { From = "192.168.56.100", In = "node-a:eth0", To = "192.168.56.11:30080", SourcePort = 40000 });
        Assert.That(paths.Select(p => (p.Verdict, p.Probability, p.Steps[^1].Namespace)), Is.EquivalentTo(new (Verdict, double?, string)[] { (Verdict.Delivered, 0.5, "node-a/pods/a1"), (Verdict.Delivered, 0.5, "node-b/pods/b1") }));
        Assert.That(paths.Select(p => p.Steps.Any(s => s.Kind == StepKind.Masquerade)), Is.All.True);
        Assert.That(paths.Select(p => p.Reply[^1].Packet.Tuple), Is.All.EqualTo(paths[0].Steps[0].Packet.Tuple.Reversed));
    }

    [Test]
    public void Without_conntrack_the_packet_is_untracked_behind_IPVS_and_nothing_is_masqueraded()
    {
        var path = IpvsVillage.Create(isTracked: false).Ask(new Question { From = "192.168.56.100", In = "node-a:eth0", To = "192.168.56.11:30080", SourcePort = 40000 })[0];
        Assert.That(path.Steps.Where(s => s.Hook == "OUTPUT").Select(s => s.Packet.ConntrackState), Is.All.EqualTo("UNTRACKED"));
        Assert.That(path.Steps.Select(s => s.Kind), Has.None.EqualTo(StepKind.Masquerade));
        Assert.That(path.Steps[^1].Packet.Tuple.Source.ToString(), Is.EqualTo("192.168.56.100"));
    }

    [Test]
    public void A_setting_that_was_not_dumped_is_a_condition()
    {
        var path = To(IpvsVillage.Create(isTracked: null), Client, "10.96.0.3:53", "node-b/pods/b1", "udp");
        Assert.That(path.Conditions, Is.EqualTo(new[] { "net.ipv4.vs.conntrack of node-a is 1, as kube-proxy sets it (not dumped)" }));
        Assert.That(path.Probability, Is.EqualTo(1));
    }

    [TestCase("10.96.0.2:80", "has no server")]
    [TestCase("10.96.0.4:80", "has no server of a weight above 0")]
    public void A_service_that_has_nobody_to_give_to_answers_port_unreachable(string to, string why)
    {
        var path = IpvsVillage.Create(IpvsVillage.Services + "TCP  10.96.0.4:80 rr\n  -> 10.244.1.2:8080              Masq    0      3          0\n").Ask(Asked(Client, to)).Single();
        Assert.That((path.Verdict, path.Answer, path.ReplyVerdict), Is.EqualTo((Verdict.RejectedByRule, "icmp-port-unreachable", Verdict.Delivered)));
        Assert.That(path.Reason, Is.EqualTo($"rejected by IPVS: {to} {why}"));
        Assert.That(path.Reply[0].Packet.Tuple.Source.ToString(), Is.EqualTo(to.Split(':')[0]));
    }

    [Test]
    public void An_address_of_kube_ipvs0_at_a_port_of_no_service_is_delivered_to_the_node() =>
        Assert.That(IpvsVillage.Create().With("node-a/ss", "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port\ntcp   LISTEN 0      128        127.0.0.1:1        0.0.0.0:*\n").Ask(Asked(Client, "10.96.0.9:81")).Single().Answer, Is.EqualTo("tcp-reset"));

    [Test]
    public void Without_a_dump_of_IPVS_an_address_of_kube_ipvs0_cannot_be_told()
    {
        var path = IpvsVillage.Create().With("node-a/ipvsadm", "").Ask(Asked(Client, "10.96.0.1:80")).Single();
        Assert.That((path.Verdict, path.Reason), Is.EqualTo((Verdict.CannotTell, "10.96.0.1 is a virtual address of IPVS; it would take: ipvsadm -Ln")));
    }

    [TestCase("rr", "1 3 0", "0.5 0.5")]
    [TestCase("wrr", "1 3 0", "0.25 0.75")]
    [TestCase("sh", "1 3 1", "0.2 0.6 0.2")]
    [TestCase("mh", "2 2 4", "0.25 0.25 0.5")]
    [TestCase("fo", "1 3 2", "1")]
    [TestCase("lc", "1 3 2", "? ? ?")]
    [TestCase("wlc", "1 0 0", "1")]
    [TestCase("dh", "1 1 0", "? ?")]
    public void A_scheduler_gives_each_server_its_share(string scheduler, string weights, string shares)
    {
        var servers = string.Concat(weights.Split(' ').Select((w, i) => $"  -> 10.244.1.{i + 2}:8080              Masq    {w}      0          0\n"));
        var paths = IpvsVillage.Create($"TCP  10.96.0.1:80 {scheduler}\n{servers}").Ask(Asked(Client, "10.96.0.1:80"));
        Assert.That(string.Join(' ', paths.OrderBy(p => p.Steps.First(s => s.Kind == StepKind.Dnat).Packet.Tuple.Destination).Select(p => p.Probability is { } x ? FormattableString.Invariant($"{x:0.##}") : "?")), Is.EqualTo(shares));
        Assert.That(paths.Select(p => p.Conditions.Count), Is.All.EqualTo(shares.Length > 1 || scheduler == "fo" ? 1 : 0));
    }

    [Test]
    public void A_client_that_stays_with_its_server_is_a_condition_too()
    {
        var paths = IpvsVillage.Create("TCP  10.96.0.1:80 rr persistent 10800\n  -> 10.244.0.2:8080              Masq    1      0          0\n  -> 10.244.1.2:8080              Masq    1      0          0\n").Ask(Asked(Client, "10.96.0.1:80"));
        Assert.That(paths.Select(p => p.Conditions.Single()), Has.All.EndsWith("it is the server's turn (rr), or the client was given to it in the last 10800 s"));
        Assert.That(paths[0].Conditions[0], Does.StartWith("node-a/ipvsadm:5:").Or.StartWith("node-a/ipvsadm:6:"));
    }

    [Test]
    public void A_mark_that_is_a_service_wins_over_an_address_that_is_one()
    {
        var village = IpvsVillage.Create("TCP  10.96.0.1:80 rr\n  -> 10.244.0.2:8080              Masq    1      0          0\nFWM  7 rr\n  -> 10.244.1.2:0                Masq    1      0          0\n")
            .With("node-a/iptables", "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x7/0xffffffff\nCOMMIT\n");
        Assert.That(To(village, Client, "10.96.0.1:80", "node-b/pods/b1").Steps[^1].Packet.Tuple.DestinationPort, Is.EqualTo(80), "a server of port 0 is asked at the port asked for");
    }

    [Test]
    public void Direct_routing_hands_the_packet_on_as_it_is_and_the_server_answers_by_itself()
    {
        var village = IpvsVillage.Create("TCP  10.96.0.1:80 rr\n  -> 192.168.56.12:80             Route   1      0          0\n");
        var path = village.Ask(Asked(Client, "10.96.0.1:80")).Single();
        Assert.That(path.Steps.Last(s => s.Namespace == "node-a").Packet.Tuple.Destination.ToString(), Is.EqualTo("10.96.0.1"));
        Assert.That(path.Steps.Any(s => s.Kind == StepKind.Neighbour && s.Text.StartsWith("no neighbour entry for 192.168.56.12", StringComparison.Ordinal)), Is.True, "not for the virtual address");
        Assert.That(path.Steps[^1].Namespace, Is.EqualTo("node-b"), "which has to have the virtual address itself");
    }

    [Test]
    public void A_tunnel_wraps_the_packet_as_the_node_s_own()
    {
        var village = IpvsVillage.Create("TCP  10.96.0.1:80 rr\n  -> 192.168.56.12:80             Tunnel  1      0          0\n");
        var path = village.Ask(Asked(Client, "10.96.0.1:80")).Single();
        var outer = path.Steps.First(s => s.Kind == StepKind.Encapsulate).Packet;
        Assert.That((outer.Tuple.Destination.ToString(), outer.Tuple.Protocol, outer.Ttl, outer.Length), Is.EqualTo(("192.168.56.12", PcapPathAnalyzer.Primitives.IpProtocol.IpIp, 63, 80)));
        Assert.That(path.Steps.First(s => s.Kind == StepKind.Send && s.Depth == 1).Packet.Tuple.Source.ToString(), Is.EqualTo("192.168.56.11"));
        Assert.That((path.Verdict, path.Reason), Is.EqualTo((Verdict.NoListener, "node-b has no ipip device for 192.168.56.11")));
    }

    [Test]
    public void A_server_on_the_node_itself_is_delivered_there()
    {
        var path = IpvsVillage.Create("TCP  10.96.0.1:80 rr\n  -> 192.168.56.11:6443           Masq    1      0          0\n").Ask(Asked(Client, "10.96.0.1:80")).Single();
        Assert.That(Hooks(path.Steps, "node-a"), Is.EqualTo(new[] { "PREROUTING nat", "INPUT mangle", "INPUT filter", "INPUT ipvs", "INPUT nat" }));
        Assert.That((path.Verdict, path.Steps[^1].Namespace, path.Steps[^1].Packet.Tuple.DestinationPort, path.Steps[^1].Packet.Ttl), Is.EqualTo((Verdict.Delivered, "node-a", (ushort)6443, 64)));
        Assert.That(path.Reply[^1].Packet.Tuple, Is.EqualTo(path.Steps[0].Packet.Tuple.Reversed), "translated at OUTPUT");
    }

    [Test]
    public void The_time_to_live_ends_in_IPVS_too()
    {
        var path = IpvsVillage.Create().Ask(Asked(Client, "10.96.0.3:53", "udp") with { Ttl = 1 }).Single();
        Assert.That((path.Verdict, path.Answer), Is.EqualTo((Verdict.TtlExpired, "icmp-time-exceeded")));
    }

    [Test]
    public void A_closed_port_of_the_server_is_told_to_the_client_as_if_by_the_service()
    {
        var path = To(IpvsVillage.Create().With("node-b/pods/b1/ss", "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port\nudp   UNCONN 0      0          127.0.0.1:1        0.0.0.0:*\n"), Client, "10.96.0.3:53", "node-b/pods/b1", "udp");
        Assert.That((path.Verdict, path.Answer, path.ReplyVerdict), Is.EqualTo((Verdict.NoListener, "icmp-port-unreachable", Verdict.Delivered)));
        Assert.That((path.Reply[^1].Namespace, path.Reply[^1].Packet.Tuple.Source.ToString(), path.Reply[^1].Packet.IcmpError), Is.EqualTo((Client, "10.96.0.3", (PcapPathAnalyzer.Primitives.FiveTuple?)path.Steps[0].Packet.Tuple)));
    }

    [Test]
    public void A_connection_that_began_before_goes_to_the_server_that_conntrack_names()
    {
        var village = IpvsVillage.Create().With("node-a/conntrack", "tcp      6 86399 ESTABLISHED src=10.244.0.3 dst=10.96.0.1 sport=40000 dport=80 src=10.244.1.2 dst=10.244.0.3 sport=8080 dport=40000 [ASSURED] mark=0 use=1\n");
        var path = village.Ask(Asked(Client, "10.96.0.1:80") with { IsEstablished = true }).Single();
        Assert.That((path.Verdict, path.Steps[^1].Namespace, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, "node-b/pods/b1", Verdict.Delivered)));
        Assert.That(path.Conditions, Is.Empty);
    }

    private static Question Asked(string from, string to, string? protocol = null) => new() { From = from, To = to, Protocol = protocol, SourcePort = 40000 };

    private static WalkPath To(Village village, string from, string to, string server, string? protocol = null) =>
        village.Ask(Asked(from, to, protocol)).Single(p => p.Steps[^1].Namespace == server);

    // Each table of each hook once, and where IPVS or conntrack translates.
    private static List<string> Hooks(IReadOnlyList<PathStep> steps, string ns)
    {
        var hooks = new List<string>();
        foreach (var step in steps.Where(s => s.Namespace == ns && s.Hook is not null))
        {
            var name = step.Kind is StepKind.Rule or StepKind.Policy ? $"{step.Hook} {step.Table}" : step.Table is null ? $"{step.Hook} ipvs" : step.Kind == StepKind.UnNat ? $"{step.Hook} un-nat" : "";
            if (name.Length > 0 && (hooks.Count == 0 || hooks[^1] != name))
                hooks.Add(name);
        }

        return hooks;
    }
}
