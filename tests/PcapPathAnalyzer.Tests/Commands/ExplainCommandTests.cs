using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

/// <summary>Each option of <c>explain</c> does what its help says.</summary>
public sealed class ExplainCommandTests
{
    private const string Client = "node-a/pods/client-0";

    [Test]
    public async Task The_text_cites_the_line_of_every_rule_and_gives_each_endpoint_its_share()
    {
        var run = await CommandLine.RunAsync("explain", TestData.Bundle("service"), "--from", Client, "--to", "10.96.12.34:80");
        Assert.That(run.Output, Does.StartWith("Path 1 of 2, probability 0.5: delivered").And.Match(@"rule +PREROUTING nat.*\[node-a/iptables-save\.txt:\d+:1\]"));
    }

    [Test]
    public async Task An_address_stands_for_the_namespace_that_has_it()
    {
        var named = await PathsAsync("service", "--from", Client, "--to", "10.96.12.34:80");
        var by = await PathsAsync("service", "--from", (string)named[0]!["steps"]![0]!["packet"]!["src"]!, "--to", "10.96.12.34:80");
        Assert.That(by.ToString(), Is.EqualTo(named.ToString()));
    }

    [TestCase("udp", "udp")]
    [TestCase("icmp", "icmp")]
    [TestCase("sctp", "sctp")]
    public async Task The_protocol_is_the_one_asked_for(string asked, string protocol)
    {
        var paths = await PathsAsync("service", "--from", Client, "--to", asked == "icmp" ? "10.244.1.7" : "10.244.1.7:53", "--proto", asked);
        Assert.That((string)paths[0]!["steps"]![0]!["packet"]!["protocol"]!, Is.EqualTo(protocol));
    }

    [Test]
    public async Task The_source_port_is_the_one_given_and_otherwise_a_range()
    {
        var given = (await PathsAsync("service", "--from", Client, "--to", "10.96.12.34:80", "--sport", "45000"))[0]!["steps"]![0]!["packet"]!;
        var open = (await PathsAsync("service", "--from", Client, "--to", "10.96.12.34:80"))[0]!["steps"]![0]!["packet"]!;
        Assert.That(((int?)given["src_port"], (int?)open["src_port"], (string?)open["src_ports"]), Is.EqualTo((45000, (int?)null, "32768-60999")));
    }

    [TestCase("0x10", 16)]
    [TestCase("7", 7)]
    public async Task The_mark_is_on_the_packet_from_the_start(string text, int mark) =>
        Assert.That((int)(await PathsAsync("service", "--from", Client, "--to", "10.96.12.34:80", "--mark", text))[0]!["steps"]![0]!["packet"]!["mark"]!, Is.EqualTo(mark));

    [Test]
    public async Task A_packet_from_outside_begins_at_the_device_it_comes_in_by()
    {
        var first = (await PathsAsync("nodeport", "--from", "203.0.113.9", "--to", "192.168.56.11:30080", "--in", "node-a:eth0"))[0]!["steps"]![0]!;
        Assert.That(((string?)first["namespace"], (string?)first["interface"], (string?)first["packet"]!["src"]), Is.EqualTo(("node-a", "eth0", "203.0.113.9")));
    }

    [Test]
    public async Task A_packet_of_an_established_connection_does_not_ask_the_nat_table()
    {
        var steps = (await PathsAsync("service", "--from", Client, "--to", "10.96.12.34:80", "--state", "established")).SelectMany(p => p["steps"]!).ToList();
        Assert.That(steps.Where(s => (string?)s["kind"] is "rule" or "policy" && (string?)s["packet"]!["protocol"] == "tcp").Select(s => (string?)s["table"]), Has.None.EqualTo("nat"));
    }

    [Test]
    public async Task A_packet_of_an_established_connection_goes_where_conntrack_has_sent_such_connections()
    {
        var paths = await PathsAsync("service", "--from", Client, "--to", "10.96.12.34:80", "--state", "established");
        Assert.That(paths.Select(p => (string?)p["steps"]!.Last()["packet"]!["dst"]), Is.EquivalentTo(new[] { "10.244.0.6", "10.244.1.7" }));
        Assert.That(paths.Select(p => (string?)p["condition"]), Has.All.Contain("conntrack.txt"));
        Assert.That(paths.Select(p => ((string?)p["verdict"], (string?)p["reply_verdict"])), Has.All.EqualTo(("delivered", "delivered")));
        var one = await PathsAsync("service", "--from", Client, "--to", "10.96.12.34:80", "--state", "established", "--sport", "37574");
        Assert.That(one.Select(p => (string?)p["steps"]!.Last()["packet"]!["dst"]), Is.EqualTo(new[] { "10.244.1.7" }));
    }

    [Test]
    public async Task Where_conntrack_has_no_such_connection_its_first_packet_has_met_the_rules()
    {
        var paths = await PathsAsync("service", "--from", Client, "--to", "10.96.12.34:80", "--state", "established", "--sport", "1");
        Assert.That(paths.Select(p => ((string?)p["steps"]!.Last()["packet"]!["dst"], (double?)p["probability"])), Is.EquivalentTo(new (string?, double?)[] { ("10.244.0.6", 0.5), ("10.244.1.7", 0.5) }));
        Assert.That(paths.Select(p => (string?)p["condition"]), Has.All.Contain("no conntrack entry shows it"));
        var node = (await PathsAsync("nodeport", "--from", "203.0.113.9", "--to", "192.168.56.11:30080", "--in", "node-a:eth0", "--state", "established")).Single();
        Assert.That(node["steps"]!.Select(s => (string?)s["kind"]), Does.Contain("dnat").And.Contain("masquerade"));
    }

    [Test]
    public async Task A_packet_for_everyone_is_followed_in_each_of_its_copies()
    {
        var paths = await PathsAsync("nodeport", "--from", "node-a", "--to", "224.0.0.1");
        Assert.That(paths.Select(p => ((string?)p["condition"], (string?)p["verdict"], (double?)p["probability"])), Is.EquivalentTo(new (string?, string?, double?)[]
        {
            ("one follows the copy for those on eth0's link; one follows the copy for client:eth0", "delivered", 1),
            ("one follows the copy for those on eth0's link; one follows the copy for node-b:eth0", "delivered", 1),
            ("one follows the copy for node-a itself", "delivered", 1),
        }));
    }

    [Test]
    public async Task A_large_packet_does_not_fit_where_a_usual_one_does()
    {
        var paths = await PathsAsync("service", "--from", Client, "--to", "10.244.1.7", "--size", "9000");
        Assert.That(paths.Select(p => (string?)p["verdict"]), Has.None.EqualTo("delivered"));
    }

    [TestCase("--mark", "x", "--mark: 'x' is no number")]
    [TestCase("--state", "old", "--state: 'old' is none of new, established")]
    [TestCase("--format", "svg", "--format: 'svg' is none of text, json, mermaid")]
    [TestCase("--size", "70000", "--size: an IP packet has at most 65535 bytes")]
    [TestCase("--size", "39", "--size: a tcp packet of IPv4 has at least 40 bytes")]
    [TestCase("--sport", "70000", "--sport: 70000 is not within 0 and 65535")]
    [TestCase("--proto", "carrier-pigeon", "--proto: 'carrier-pigeon' is no protocol")]
    [TestCase("--in", "node-a:eth0", "--in says where a packet from outside comes in: then --from is its source address")]
    public async Task What_cannot_be_asked_is_refused_with_one_line(string option, string value, string line)
    {
        var run = await CommandLine.RunAsync("explain", TestData.Bundle("service"), "--from", Client, "--to", "10.96.12.34:80", option, value);
        Assert.That((run.ExitCode, run.Output, run.Errors.TrimEnd()), Is.EqualTo((2, "", $"pcappath: {line}")));
    }

    private static async Task<JArray> PathsAsync(string bundle, params string[] options)
    {
        var run = await CommandLine.RunAsync(["explain", TestData.Bundle(bundle), .. options, "--format", "json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        return (JArray)JObject.Parse(run.Output)["paths"]!;
    }
}
