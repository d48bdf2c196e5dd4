using System.ComponentModel;
using System.Diagnostics;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>The comparison of <see cref="TextAndJsonTests"/> with whatever iproute2 and kernel this machine has.</summary>
[NonParallelizable]
public sealed class LiveTextAndJsonTests
{
    private static readonly string Netns = $"pcappath-test-{Environment.ProcessId}";

    // What a kernel lacks the module for is left out of the state; the comparison is about what is there.
    private static readonly string[] State =
    [
        "ip link set lo up",
        "ip link add eth0 type veth peer name far0",
        "ip link set eth0 up",
        "ip link set far0 up",
        "ip addr add 192.0.2.1/24 brd + dev eth0",
        "ip addr add 192.0.2.2/24 dev eth0",
        "ip addr add 192.0.2.9 peer 198.51.100.9/32 dev eth0 label eth0:p2p",
        "ip -6 addr add 2001:db8::1/64 dev eth0 nodad",
        "ip link add cni0 type bridge",
        "ip link set cni0 up",
        "ip link add v1 type veth peer name v1p",
        "ip link set v1 master cni0 up",
        "ip link set v1 type bridge_slave hairpin on isolated on learning off neigh_suppress on",
        "ip link add flannel.1 type vxlan id 1 local 192.0.2.1 dev eth0 dstport 8472 nolearning",
        "ip link set flannel.1 up",
        "ip link add vx2 type vxlan id 2 group 239.1.1.1 dev eth0 dstport 4789 ttl 8 gbp",
        "ip link add vx3 type vxlan external dstport 4790",
        "ip link add tunl1 type ipip local 192.0.2.1 remote 192.0.2.50 ttl 64",
        "ip link add gnv0 type geneve id 99 remote 192.0.2.60",
        "ip link add link eth0 name eth0.57 type vlan id 57",
        "ip link add link eth0 name mv0 type macvlan mode bridge",
        "ip link add dummy0 type dummy",
        "ip route add default via 192.0.2.254",
        "ip route add 10.1.0.0/16 via 192.0.2.3 dev eth0 metric 100 proto static src 192.0.2.1 mtu 1400",
        "ip route add 10.2.0.0/16 via 10.2.0.0 dev flannel.1 onlink",
        "ip route add 10.3.0.0/16 nexthop via 192.0.2.4 weight 1 nexthop via 192.0.2.5 weight 5",
        "ip route add blackhole 10.4.0.0/16",
        "ip route add unreachable 10.5.0.0/16 metric 7",
        "ip route add throw 10.7.0.0/16 table 100",
        "ip route add 10.10.0.0/16 via inet6 fe80::1 dev eth0",
        "ip route add prohibit 10.6.0.0/16",
        "ip nexthop add id 7 via 192.0.2.7 dev eth0",
        "ip nexthop add id 8 via 192.0.2.8 dev eth0",
        "ip nexthop add id 9 group 7,2/8",
        "ip route add 10.11.0.0/16 nhid 7",
        "ip route add 10.12.0.0/16 nhid 9",
        "ip route add 10.13.0.0/16 encap mpls 100/200 via 192.0.2.3 dev eth0",
        "ip route add 10.14.0.0/16 encap ip id 5 dst 192.0.2.60 ttl 9 dev vx3",
        "ip -6 route add 2001:db8:b::/48 encap seg6 mode encap segs 2001:db8::7 dev eth0",
        "ip -6 route add 2001:db8:c::/48 via fe80::1 dev eth0 expires 6000",
        "ip -6 route add default via fe80::1 dev eth0 metric 10 pref high",
        "ip -6 route add 2001:db8:a::/48 nexthop via 2001:db8::9 dev eth0 weight 2 nexthop via 2001:db8::8 dev eth0",
        "ip rule add fwmark 0x1/0xff lookup 100 priority 100",
        "ip rule add from 10.1.0.0/16 to 10.2.0.0/16 iif eth0 lookup 100 priority 101",
        "ip rule add not fwmark 0xca6c lookup 51820 priority 102",
        "ip rule add table main suppress_prefixlength 0 priority 103",
        "ip rule add from 10.66.0.0/16 unreachable priority 104",
        "ip rule add ipproto tcp dport 80-90 sport 1000 lookup 100 priority 105",
        "ip neigh add 192.0.2.3 lladdr 02:00:00:00:00:03 dev eth0 nud permanent",
        "ip neigh add 10.2.0.0 lladdr 02:00:00:00:00:05 dev flannel.1",
        "bridge fdb append 02:00:00:00:00:05 dev flannel.1 dst 192.0.2.12",
        "bridge fdb append 00:00:00:00:00:00 dev flannel.1 dst 192.0.2.13 port 9999 vni 7",
    ];

    [OneTimeSetUp]
    public void MakeState()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Ignore("making a network namespace needs root on Linux");
        if (Run("ip", $"netns add {Netns}") is null)
            Assert.Ignore("no network namespace can be made here");
        foreach (var command in State)
        {
            var program = command[..command.IndexOf(' ', StringComparison.Ordinal)];
            Run(program, $"-n {Netns}{command[program.Length..]}");
        }
    }

    [OneTimeTearDown]
    public void RemoveState() => Run("ip", $"netns del {Netns}");

    [TestCase("ip", "addr", "eth0:p2p")]
    [TestCase("ip", "-d link", "vxlan")]
    [TestCase("ip", "route show table all", "blackhole")]
    [TestCase("ip", "-6 route", "fe80")]
    [TestCase("ip", "route show table all", "prohibit")]
    [TestCase("ip", "route show table all", "nhid")]
    [TestCase("ip", "route show table all", "encap")]
    [TestCase("ip", "-6 route", "seg6")]
    [TestCase("ip", "-6 route", "expires")]
    [TestCase("ip", "neigh", "PERMANENT")]
    [TestCase("ip", "-s neigh", "PERMANENT")]
    [TestCase("ip", "-d addr", "eth0:p2p")]
    [TestCase("ip", "-d route show table all", "blackhole")]
    [TestCase("bridge", "vlan", "vlan")]
    [TestCase("ip", "rule", "51820")]
    [TestCase("bridge", "fdb", "9999")]
    [TestCase("bridge", "-d link", "hairpin")]
    public void What_the_kernel_holds_now_is_read_alike_from_text_and_JSON(string program, string command, string witness)
    {
        // The state settles while it is looked at (carriers, timers): text is asked before and after.
        string? text, json, after;
        var tries = 0;
        do
        {
            text = Run(program, $"-n {Netns} {command}");
            json = Run(program, $"-n {Netns} -j {command}");
            after = Run(program, $"-n {Netns} {command}");
        }
        while (text != after && ++tries < 50);
        if (text is null || json is null || !json.Contains(witness, StringComparison.Ordinal))
            Assert.Ignore($"{program} {command} shows no {witness} on this machine");
        else
            TextAndJsonTests.Compare($"{program} {command}", text, json);
    }

    // Null where the command fails.
    private static string? Run(string program, string arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
