using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

/// <summary>The script of <c>pcappath collect</c>, run on a node and a pod made of network namespaces.</summary>
public sealed class CollectTests
{
    // In mount and network namespaces of its own: what it makes is gone with it.
    private const string NodeWithAPod = """
        set -e
        mkdir -p /run/netns
        mount -t tmpfs none /run/netns
        ip link set lo up
        ip netns add web-0
        ip netns add other
        ip link add vethweb0 type veth peer name eth0 netns web-0
        ip addr add 10.9.0.1/24 dev vethweb0
        ip link set vethweb0 up
        ip -n web-0 addr add 10.9.0.5/24 dev eth0
        ip -n web-0 link set eth0 up
        sh "$1/collect.sh" -n node-1 -p web -d 3 -o "$1" 2>"$1/said" &
        until grep -q 'capturing for' "$1/said" || ! kill -0 $! 2>/dev/null; do sleep 0.1; done
        ping -c 3 -i 0.2 -W 1 10.9.0.5 >/dev/null
        wait
        """;

    [Test]
    public async Task A_collected_node_is_read_with_its_pod_and_the_ping_between_them()
    {
        using var folder = new TemporaryFolder();
        await WriteScript(folder);
        Tool.Require("unshare", "tcpdump", "ip", "ping", "nsenter", "tar");
        var (exit, _, error) = Tool.Run(NodeWithAPod, "unshare", "-m", "-n", "--propagation", "private", "sh", "-s", folder.Path);
        if (exit != 0 && error.Contains("Operation not permitted", StringComparison.Ordinal))
            Assert.Ignore("no network namespace can be made: " + error.Trim());
        var said = File.ReadAllText(folder["said"]);
        Assert.That(exit, Is.Zero, error + said);
        using var bundle = BundleReader.Read(folder["node-1.tar.gz"]);
        var result = PathAnalyzer.Analyze(bundle);
        Assert.Multiple(() =>
        {
            Assert.That(result.Network.Namespaces.Select(n => n.Name), Is.EquivalentTo(["node-1", "node-1/pods/web-0"]), "the state before is left out, and so is the pod that nobody asked for");
            Assert.That(result.CapturePoints.Select(p => p.ToString()), Is.EquivalentTo(["node-1:vethweb0", "node-1/pods/web-0:eth0"]), said);
            Assert.That(result.CapturePoints.Select(p => p.SnapLength), Is.All.EqualTo(96), "headers only");
            // Neighbour discovery of IPv6 may be there too.
            var ping = result.Flows.Single(f => f.Protocol == IpProtocol.Icmp);
            Assert.That(ping.Outcome, Is.EqualTo(FlowOutcome.Completed));
            Assert.That(ping.Forward.Packets, Is.EqualTo(3));
            Assert.That(ping.Forward.Hops, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public async Task The_script_is_clean_by_shellcheck()
    {
        using var folder = new TemporaryFolder();
        await WriteScript(folder);
        Tool.Require("shellcheck");
        var (exit, output, error) = Tool.Run("", "shellcheck", "-s", "sh", folder["collect.sh"]);
        Assert.That(exit, Is.Zero, output + error);
    }

    [TestCase("-d", "soon")]
    [TestCase("-n", "../node")]
    [TestCase("-n", "two words")]
    public async Task Arguments_that_cannot_be_meant_end_it_before_it_writes(string option, string value)
    {
        using var folder = new TemporaryFolder();
        await WriteScript(folder);
        Tool.Require("sh");
        var (exit, _, error) = Tool.Run("", "sh", folder["collect.sh"], option, value, "-o", folder["out"]);
        Assert.That(exit, Is.EqualTo(2));
        Assert.That(error, Does.StartWith("collect: "));
        Assert.That(Directory.Exists(folder["out"]), Is.False);
    }

    private static async Task WriteScript(TemporaryFolder folder) => folder.Write("collect.sh", (await CommandLine.RunAsync("collect")).Bytes);
}
