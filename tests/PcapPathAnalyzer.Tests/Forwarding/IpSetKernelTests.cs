using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Support;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Forwarding;

/// <summary>Whether something is in a set, asked of the kernel by <c>ipset test</c> and of us by the set as <c>ipset save</c> prints it.</summary>
public sealed class IpSetKernelTests
{
    private static readonly string[] Addresses = ["10.1.2.0", "10.1.2.3", "10.1.2.77", "10.1.3.3", "10.2.2.3", "10.9.9.9", "192.168.0.1"];
    private static readonly string[] Devices = ["eth0", "veth1", "veth12", "eth", "cali7"];

    [TestCase("hash:ip netmask 24", "10.1.2.3")]
    [TestCase("hash:ip bitmask 255.0.255.0", "10.1.2.3 10.9.9.0")]
    [TestCase("hash:ip", "10.1.2.3 10.9.9.9")]
    [TestCase("bitmap:ip range 10.1.0.0/16 netmask 24", "10.1.2.3")]
    [TestCase("bitmap:ip range 10.1.0.0/16", "10.1.2.0-10.1.2.4")]
    [TestCase("hash:net", "10.0.0.0/8 10.1.2.0/24,nomatch 10.1.2.77")]
    public void Members_by_address_are_those_of_the_kernel(string type, string members) => Compare(type, members, Addresses, (entry, _) => Packet(entry, "eth0"), "src");

    [TestCase("hash:net,iface", "10.0.0.0/8,veth,wildcard 10.1.2.0/24,eth0 10.9.9.9,cali7")]
    [TestCase("hash:net,iface", "10.0.0.0/8,veth1 10.1.2.3,veth,nomatch,wildcard")]
    public void Members_by_address_and_interface_are_those_of_the_kernel(string type, string members) => Compare(
        type, members, [.. Addresses.SelectMany(a => Devices.Select(d => $"{a},{d}"))], (entry, _) => Packet(entry.Split(',')[0], entry.Split(',')[1]), "src", "src");

    [TestCase("hash:ip,port", "10.1.2.3,tcp:80 10.1.2.77,udp:53 10.9.9.9,8000-8002")]
    [TestCase("hash:net,port", "10.0.0.0/8,tcp:80 10.1.2.0/24,tcp:80,nomatch")]
    public void Members_by_address_and_port_are_those_of_the_kernel(string type, string members) => Compare(
        type, members, [.. Addresses.SelectMany(a => (string[])[$"{a},tcp:80", $"{a},udp:53", $"{a},tcp:8001", $"{a},udp:80"])],
        (entry, _) => Packet(entry.Split(',')[0], "eth0", entry.Split(',', ':')[1], ushort.Parse(entry.Split(':')[1])), "src", "dst");

    // Members with their options behind commas; a set's type that the kernel lacks skips the test. Once more among members enough that not each is looked at.
    private static void Compare(string type, string members, string[] entries, Func<string, int, PacketState> packet, params string[] directions)
    {
        CompareMembers(type, members, entries, packet, directions);
        if (!type.StartsWith("bitmap", StringComparison.Ordinal))
            CompareMembers(type, members + string.Concat(Enumerable.Range(0, 40).Select(i => $" 172.20.{i}.0{(type.EndsWith(",port", StringComparison.Ordinal) ? ",tcp:80" : type.EndsWith(",iface", StringComparison.Ordinal) ? ",eth0" : "")}")), entries, packet, directions);
    }

    private static void CompareMembers(string type, string members, string[] entries, Func<string, int, PacketState> packet, string[] directions)
    {
        using var netns = NetworkNamespaceFixture.Create();
        var (exit, _, error) = netns.Run("", ["ipset", "create", "s", .. type.Split(' ')]);
        if (exit != 0)
            Assert.Ignore($"no {type} here: {error.Trim()}");
        foreach (var member in members.Split(' '))
        {
            string[] options = [.. ((string[])["nomatch", "wildcard"]).Where(o => member.Contains("," + o, StringComparison.Ordinal))];
            var key = options.Aggregate(member, static (m, o) => m.Replace("," + o, "", StringComparison.Ordinal));
            Assert.That(netns.Run("", ["ipset", "add", "s", key, .. options]).Error, Is.Empty);
        }

        var document = DumpReaders.Read("node/ipset.txt", netns.Run("", "ipset", "save").Output);
        var ns = new TopologyBuilder().Add("node", document).Build().Namespaces[0];
        var match = new SetMatch("s", directions, []) { Text = "" };
        var script = string.Join('\n', entries.Select(e => $"ipset -q test s {e} && echo yes || echo no"));
        var kernel = netns.Run(script, "sh").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(kernel, Has.Length.EqualTo(entries.Length).And.Contains("yes").And.Contains("no"));
        Assert.That(document.Problems, Is.Empty);
        Assert.That(entries.Select((e, i) => $"{e} {IpSets.Ask(ns, match, packet(e, i))}"), Is.EqualTo(entries.Zip(kernel, static (e, k) => $"{e} {(k == "yes" ? Answer.Yes : Answer.No)}")));
    }

    private static PacketState Packet(string source, string device, string protocol = "tcp", ushort port = 80) => new()
    {
        Tuple = new FiveTuple(IpAddress.Parse(source), 1234, IpAddress.Parse("198.51.100.1"), port, protocol == "udp" ? IpProtocol.Udp : IpProtocol.Tcp),
        In = device,
        Out = "out",
    };
}
