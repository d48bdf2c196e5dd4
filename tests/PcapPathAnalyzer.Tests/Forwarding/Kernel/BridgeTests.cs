using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>What a bridge of the kernel does between two of its ports, and what the walk says.</summary>
[NonParallelizable]
public sealed class BridgeTests
{
    private ClusterNetwork network = null!;

    [OneTimeSetUp]
    public void Create() => network = new ClusterNetwork();

    [OneTimeTearDown]
    public void Delete() => network?.Dispose();

    [TearDown]
    public void Restore() => network.Run("for p in va1 va2; do bridge -n $node_a link set dev $p isolated off learning on flood on hairpin on state 3; done");

    [TestCase("va1", Verdict.Delivered)]
    [TestCase("va2", Verdict.Delivered)]
    [TestCase("va1 va2", Verdict.NoFdbEntry)]
    public async Task Isolated_ports_reach_all_others_but_each_other(string ports, Verdict verdict)
    {
        network.Run($"for p in {ports}; do bridge -n $node_a link set dev $p isolated on; done");
        Assert.That((await ToA2Async()).Verdict, Is.EqualTo(verdict));
        Assert.That((await network.AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, ClusterNetwork.B1Address, IpProtocol.Udp, 7)).Verdict, Is.EqualTo(Verdict.Delivered), "a pod of another node");
    }

    // Without hairpin, which would flood a copy back to the sender, whose rules the kernel traces too.
    [Test]
    public async Task A_frame_for_an_address_that_is_not_learnt_is_flooded_to_ports_that_are_flooded_and_found_once_it_has_spoken()
    {
        network.Run("""
            ip -n $a1 neigh replace 10.244.0.3 lladdr $(ip -n $a2 -o link show eth0 | sed 's/.*ether \([0-9a-f:]*\).*/\1/') dev eth0 nud permanent
            bridge -n $node_a link set dev va1 hairpin off
            bridge -n $node_a link set dev va2 learning off; ip -n $node_a link set cni0 type bridge fdb_flush
            """);
        Assert.That((await ToA2Async()).Verdict, Is.EqualTo(Verdict.Delivered), "flooded");
        network.Run("bridge -n $node_a link set dev va2 flood off");
        Assert.That((await ToA2Async()).Verdict, Is.EqualTo(Verdict.NoFdbEntry));
        network.Run("bridge -n $node_a link set dev va2 learning on");
        await network.AgreeAsync(ClusterNetwork.A2, ClusterNetwork.A2Address, ClusterNetwork.A1Address, IpProtocol.Udp, 7);
        // What the probe has taught the bridge stands in the dump from now on.
        network.Run("true");
        Assert.That((await ToA2Async()).Verdict, Is.EqualTo(Verdict.Delivered), "learnt");
        network.Run("ip -n $a1 neigh flush all");
    }

    [Test]
    public async Task A_port_that_does_not_forward_gets_nothing()
    {
        network.Run("bridge -n $node_a link set dev va2 state 0");
        Assert.That((await ToA2Async()).Verdict, Is.EqualTo(Verdict.NoFdbEntry));
    }

    private Task<WalkPath> ToA2Async() => network.AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, ClusterNetwork.A2Address, IpProtocol.Udp, 7);
}
