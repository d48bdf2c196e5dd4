using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>One file, several outputs: where one ends, and what the heading says of the next.</summary>
public sealed class SectionTests
{
    private const string Route = "10.0.0.0/8 via 192.0.2.1 dev eth0 \n";

    [TestCase("$ ip route")]
    [TestCase("# ip route")]
    [TestCase("+ ip route")]
    [TestCase("++ /sbin/ip route")]
    [TestCase("root@node-1:~# ip route")]
    [TestCase("root@node-1:/home/x$ sudo ip route")]
    [TestCase("[root@node-1 ~]# ip route show")]
    [TestCase("node-1# ip route")]
    [TestCase("=== ip route ===")]
    [TestCase("----- ip route show table main -----")]
    [TestCase("## `ip route`")]
    [TestCase("*** Output of ip route ***")]
    [TestCase("ip route show:")]
    [TestCase("ip -4 route")]
    [TestCase("$ kubectl exec -it web-0 -- ip route")]
    [TestCase("#==[ Command ]======================================#\n# /sbin/ip route")]
    public void A_heading_ends_one_output_and_begins_the_next(string heading)
    {
        var document = DumpReaders.Read("all.txt", $"1: lo: <LOOPBACK,UP> mtu 65536\n    link/loopback 00:00:00:00:00:00\n{heading}\n{Route}");
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Kinds, Is.EqualTo(new[] { "ip-addr", "ip-route" }));
        Assert.That(document.Records.OfType<RouteRecord>().Single().Location.Line, Is.EqualTo(4 + heading.Count(c => c == '\n')));
    }

    [Test]
    public void Fences_of_Markdown_mean_nothing()
    {
        var document = DumpReaders.Read("all.md", $"## ip route\n```\n{Route}```\n\n## ip neigh\n```\n192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01 STALE\n```\n");
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Records.Select(r => (r.Kind, r.Location.Line)), Is.EqualTo(new[] { ("route", 3), ("neighbour", 8) }));
    }

    [Test]
    public void A_comment_is_no_heading()
    {
        var document = DumpReaders.Read("routes", "# Generated on Monday\n# by a script\n" + Route);
        Assert.That(document.Records, Has.Count.EqualTo(1));
        Assert.That(document.Problems, Is.Empty);
    }

    [Test]
    public void Outputs_without_a_heading_between_them_are_each_read_as_what_they_are()
    {
        var document = DumpReaders.Read("all", "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n" + Route + "192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01 STALE\n");
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Records.Select(r => r.Kind), Is.EqualTo(new[] { "rule", "rule", "rule", "route", "neighbour" }).AsCollection);
    }

    [Test]
    public void Headings_in_a_row_list_what_follows_and_JSON_stands_between_text()
    {
        var document = DumpReaders.Read("ip-resources.txt", "ip -d -j addr show(addresses)\nip rule list(rules)\nip route show table all(routes)\n"
            + "[{\"ifindex\":2,\"ifname\":\"eth0\",\"flags\":[\"UP\"],\"mtu\":1500,\"addr_info\":[]}]\n0:\tfrom all lookup local\n" + Route);
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Records.Select(r => (r.Kind, r.Location.Line)), Is.EqualTo(new[] { ("link", 4), ("rule", 5), ("route", 6) }));
    }

    [Test]
    public void The_output_of_a_command_the_program_does_not_read_is_said_once_and_is_no_warning()
    {
        var document = DumpReaders.Read("session", "$ ip route\n" + Route + "$ ping -c1 192.0.2.1\nPING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.\n1 packets transmitted\n");
        Assert.That(document.Problems.Select(p => (p.Severity, p.Code, p.Location.Line)), Is.EqualTo(new[] { (Severity.Info, "unreadable-input", 4) }));
    }

    [Test]
    public void A_text_of_no_kind_is_one_problem()
    {
        var document = DumpReaders.Read("notes.txt", "Dear colleague,\n\nthe pods are sad.\nRegards\n");
        Assert.That(document.Problems.Select(p => p.Code), Is.EqualTo(new[] { "unreadable-input" }));
        Assert.That(document.Kinds, Is.Empty);
    }

    [TestCase("")]
    [TestCase("\n\n")]
    [TestCase("[]\n")]
    [TestCase("[{},{}]\n")]
    [TestCase("$ ip route\n$ ip neigh\n")]
    public void Nothing_is_no_problem(string text) => Assert.That(DumpReaders.Read("x", text).Problems, Is.Empty);

    [Test]
    public void A_message_in_place_of_output_is_no_warning() =>
        Assert.That(DumpReaders.Read("conntrack", "bash: conntrack: command not found\n").Problems.Select(p => p.Severity), Is.EqualTo(new[] { Severity.Info }));

    [Test]
    public void A_line_cut_in_the_middle_is_reported_with_its_place_and_gives_no_half_record()
    {
        var document = DumpReaders.Read("ip-route", Route + "10.1.0.0/16 via 192.0.");
        Assert.That(document.Records, Has.Count.EqualTo(1));
        Assert.That(document.Problems.Select(p => (p.Location.File, p.Location.Line)), Is.EqualTo(new[] { ("ip-route", 2) }));
    }

    [Test]
    public void A_last_line_without_an_end_may_be_cut_even_where_it_can_be_read()
    {
        var document = DumpReaders.Read("ip-route", Route + "10.1.0.0/16 via 192.0.2.1 dev eth");
        Assert.That(document.Records, Has.Count.EqualTo(2));
        Assert.That(document.Problems.Select(p => (p.Severity, p.Location.Line)), Is.EqualTo(new[] { (Severity.Info, 2) }));
    }

    [TestCase("ip-6-route.txt")]
    [TestCase("ip_-6_route_show_table_all")]
    [TestCase("ip--6-route-show-table-main.md")]
    [TestCase("ip6route.txt")]
    [TestCase("node-a/ipv6route")]
    public void The_name_of_a_file_tells_the_family_where_the_text_does_not(string name) =>
        Assert.That(DumpReaders.Read(name, "default dev tun0 scope link \n").Records.OfType<RouteRecord>().Single().Destination.ToString(), Is.EqualTo("::/0"));

    [Test]
    public void Colours_and_line_ends_of_other_systems_do_not_matter()
    {
        var document = DumpReaders.Read("x", "\ufeff10.0.0.0/8 via \u001b[35m192.0.2.1\u001b[0m dev \u001b[36meth0\u001b[0m \r\n");
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Records.OfType<RouteRecord>().Single().NextHops[0].Gateway.ToString(), Is.EqualTo("192.0.2.1"));
    }
}
