using System.Collections.Concurrent;
using System.Text;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Stitching.WholeFlows;

/// <summary>
/// Connections are played over a network with translations and tunnels, captured as captures come, and written as a bundle:
/// its analysis must find every transmission and every connection as they were, and join nothing that was apart.
/// </summary>
public sealed class WholeFlowProperties
{
    private static readonly int Trials = Chance.Trials(80);

    [Test]
    public void Through_any_translation_and_tunnel() => Holds(static (r, t) => t);

    [Test]
    public void With_packets_lost_and_sent_again() => Holds(static (r, t) => t with { Loss = r.Next(100) });

    [Test]
    public void With_packets_that_overtake_others() => Holds(static (r, t) => t with { Overtaken = r.Next(200), Burst = r.Next(1, 12), Loss = r.Next(2) * r.Next(30) });

    [Test]
    public void With_segments_that_offloads_join_and_take_apart() =>
        Holds(static (r, t) => t with { Protocol = IpProtocol.Tcp, Burst = r.Next(2, 40), Offload = r.Next(1, 30), Merged = r.Next(1, 20), Loss = r.Next(2) * r.Next(60) });

    [Test]
    public void With_a_proxy_at_the_server() => Holds(static (r, t) => t with { HasProxy = true, Protocol = r.Next(2) == 0 ? IpProtocol.Tcp : IpProtocol.Udp, Loss = r.Next(2) * r.Next(60) });

    /// <summary>Clocks are set by packets that both nodes saw alike, of which there may be none.</summary>
    [Test]
    public void With_datagrams_that_offloads_join_and_take_apart() =>
        Holds(static (r, t) => t with { Skew = 0, DriftPpm = 0, Protocol = IpProtocol.Udp, HasDatagramOffload = true, Offload = r.Next(2, 30), Merged = r.Next(1, 20), Loss = r.Next(2) * r.Next(60) });

    [Test]
    public void With_datagrams_that_are_all_alike() => Holds(static (r, t) =>
        t with { Protocol = IpProtocol.Udp, SendsAlike = true, Exchanges = r.Next(4, 12), Loss = r.Next(2) * r.Next(150), Gaps = r.Next(2) * r.Next(50), SnapLength = r.Next(4) == 0 ? 64 + (r.Next(9) * 16) : 0 });

    /// <summary>Each capture has requests and answers of each, so that it is known who asks.</summary>
    [Test]
    public void With_captures_that_start_and_end_apart_of_datagrams_that_are_all_alike() => Holds(static (r, t) =>
        t with { Protocol = IpProtocol.Udp, SendsAlike = true, Connections = 1, Exchanges = r.Next(8, 20), HasWindows = true, SnapLength = r.Next(4) == 0 ? 64 + (r.Next(9) * 16) : 0 });

    [Test]
    public void With_datagrams_in_fragments() => Holds(static (r, t) => t with { Protocol = Datagram(r, t.IsIpv6), HasFragments = true, Loss = r.Next(2) * r.Next(60) });

    [Test]
    public void With_a_tunnels_packets_in_fragments() =>
        Holds(static (r, t) => t with { Tunnel = (Tunnel)r.Next(1, 4), HasOuterFragments = true, HasFragments = t.Protocol != IpProtocol.Tcp && r.Next(2) == 0, Burst = r.Next(1, 8) });

    [Test]
    public void With_frames_captured_twice_or_out_of_order() => Holds(static (r, t) => t with { Twice = r.Next(200), Disordered = r.Next(200), Burst = r.Next(1, 10), Loss = r.Next(2) * r.Next(60) });

    [Test]
    public void With_frames_that_single_captures_miss() => Holds(static (r, t) => t with { Gaps = r.Next(80), Exchanges = r.Next(4, 10) });

    [Test]
    public void With_fragments_that_single_captures_miss() =>
        Holds(static (r, t) => t with { Protocol = Datagram(r, t.IsIpv6), HasFragments = true, HasOuterFragments = t.Tunnel != Tunnel.None && r.Next(3) == 0, Gaps = r.Next(120), Exchanges = r.Next(4, 10) });

    [Test]
    public void With_captures_that_start_and_end_apart() => Holds(static (r, t) => t with { HasWindows = true, Exchanges = r.Next(4, 12) });

    [Test]
    public void With_some_of_the_points_captured() => Holds(static (r, t) => t with { Captured = r.Next(1, Way.AllPoints) | 0b10_0000_1001 });

    [Test]
    public void With_few_bytes_of_each_frame() => Holds(static (r, t) => t with { SnapLength = 64 + (r.Next(9) * 16), SnapsDiffer = r.Next(2) == 0, Loss = r.Next(2) * r.Next(40) });

    /// <summary>Of packets of one length a microsecond apart nobody can say which one was lost, missed, or overtaken by a segment.</summary>
    [Test]
    public void With_nothing_kept_of_what_is_inside_tunnels() => Holds(static (r, t) =>
    {
        var (offload, burst, loss, gaps) = (r.Next(1, 5), r.Next(1, 6), r.Next(40), r.Next(20));
        var inside = t with { HasCutTunnels = true, Tunnel = (Tunnel)r.Next(1, 3), Offload = offload, Burst = offload > 1 ? offload : burst, Merged = r.Next(1, 3), TunnelPorts = r.Next(3) };
        return inside.Burst > 1 ? inside : inside with { Loss = loss, Gaps = gaps };
    });

    [Test]
    public void With_all_of_a_nodes_interfaces_in_one_file() => Holds(static (r, t) => t with { IsAny = true, Loss = r.Next(2) * r.Next(60), Burst = r.Next(1, 5) });

    [Test]
    public void With_captures_rotated_into_several_files() =>
        Holds(static (r, t) => t with { Rotation = r.Next(1, 30), Burst = r.Next(1, 8), Loss = r.Next(2) * r.Next(60), HasFragments = t.Protocol != IpProtocol.Tcp && r.Next(2) == 0, IsAny = r.Next(4) == 0 });

    /// <summary>A trial that another test told, by itself: <c>PCAPPATH_TRIAL='Seed=7 Tunnel=Vxlan'</c>; <c>PCAPPATH_TRIAL_FOLDER</c> keeps its bundle.</summary>
    [Test]
    public void Of_a_trial_that_was_told()
    {
        if (Environment.GetEnvironmentVariable("PCAPPATH_TRIAL") is not { } told)
            told = new Trial { Seed = 7, Tunnel = Tunnel.Vxlan, Gaps = 10 }.ToString();
        Assert.That(Trial.Parse(told).ToString(), Is.EqualTo(told));
        Assert.That(Faults(Trial.Parse(told)), Is.Empty);
    }

    /// <summary>What failed once, and why.</summary>
    [TestCase("Seed=1155014845 Connections=4 Exchanges=1 Burst=3 Offload=3 Loss=12", Description = "A request of one byte that is sent again looks like a keep-alive.")]
    [TestCase("Seed=1090476000 Protocol=Icmpv6 IsIpv6=True Tunnel=Vxlan Connections=6 Exchanges=5 Loss=31 SnapLength=80 SnapsDiffer=True", Description = "Echoes of which not even the type was kept look like one captured twice.")]
    [TestCase("Seed=1850138161 Protocol=Udp Nat=Both Connections=4 Exchanges=1 Burst=3 Offload=12 HasDatagramOffload=True Loss=9", Description = "Nothing but a super-datagram and its segments tells that two tuples are one connection.")]
    [TestCase("Seed=690512163 Connections=5 ReusesPort=True Exchanges=6 Burst=3 Skew=-4547209 DriftPpm=-81 HasWindows=True", Description = "Long after clocks were compared, a drift that was too small to be seen adds up.")]
    [TestCase("Seed=1158338181 Tunnel=Vxlan IsUnderlayIpv6=True Connections=2 ReusesPort=True Exchanges=1 Loss=39 HasCutTunnels=True Gaps=18", Description = "One packet alone here and one alone there, milliseconds apart on one node, are two.")]
    [TestCase("Seed=1739362974 Tunnel=Vxlan Connections=5 Loss=26 HasCutTunnels=True Gaps=14", Description = "As many here as there, each lacking another one.")]
    [TestCase("Seed=386655961 Protocol=Icmpv6 IsIpv6=True Exchanges=1 HasFragments=True Gaps=50", Description = "One place has a later fragment of IPv6 alone, and another one the first.")]
    [TestCase("Seed=643804559 Protocol=Icmp Nat=Both Connections=4 Exchanges=9 HasFragments=True Gaps=72", Description = "Later fragments without a first one are of many connections.")]
    [TestCase("Seed=1197357370 Protocol=Udp Nat=Destination Tunnel=Vxlan Connections=5 Exchanges=9 HasFragments=True Gaps=63", Description = "A bridge's port that sees a packet under two tuples is one port.")]
    [TestCase("Seed=1356332188 Protocol=Udp IsIpv6=True Connections=6 Exchanges=7 HasFragments=True Gaps=112", Description = "Two datagrams begin alike, are as long, and come in pieces.")]
    [TestCase("Seed=1546404151 Nat=Destination Connections=6 ReusesPort=True Exchanges=11 Burst=2 HasWindows=True", Description = "What one node shows to be before a connection is so on the other, too.")]
    [TestCase("Seed=973537828 Protocol=Udp IsIpv6=True Tunnel=Vxlan Connections=2 Exchanges=9 HasFragments=True HasOuterFragments=True Gaps=82", Description = "The same inside a tunnel whose packets come in pieces, too.")]
    [TestCase("Seed=708579798 Protocol=Icmp Tunnel=Vxlan Exchanges=4 HasFragments=True HasOuterFragments=True Gaps=21", Description = "A tunnel's later fragment without its first one is no flow.")]
    [TestCase("Seed=1839374151 IsIpv6=True Tunnel=Vxlan Exchanges=5 Burst=3 Loss=30 SnapLength=96", Description = "Of two that were sent one right after the other one was lost, and nothing but times tells which.")]
    [TestCase("Seed=1812774062 IsIpv6=True Tunnel=Vxlan IsUnderlayIpv6=True Exchanges=2 Burst=2 Loss=32 SnapLength=128", Description = "The same where the snap length left the ports.")]
    [TestCase("Seed=1000921696 Tunnel=Vxlan Connections=2 ReusesPort=True Exchanges=5 Burst=3 Loss=7 SnapLength=96", Description = "A SYN whose flags were cut off, lost behind the node's NIC: a second later the others see the connection begin.")]
    [TestCase("Seed=537794469 Tunnel=Vxlan IsUnderlayIpv6=True ReusesPort=True Exchanges=4 HasCutTunnels=True Gaps=13", Description = "As many here as there, milliseconds apart on one node.")]
    [TestCase("Seed=195742021 Protocol=Udp IsIpv6=True Connections=6 Exchanges=4 Loss=36 SnapLength=160", Description = "The first of two that look alike was lost before it came to the other node.")]
    [TestCase("Seed=1284740875 Protocol=Udp Tunnel=Vxlan IsUnderlayIpv6=True Connections=6 HasCutTunnels=True Gaps=19", Description = "No offload makes segments as small as the longest packet that was seen.")]
    [TestCase("Seed=349456547 Protocol=Icmpv6 Tunnel=Vxlan Connections=4 Exchanges=2 Loss=7 HasCutTunnels=True TunnelPorts=2", Description = "The first packet of a capture is another connection's than those that come later from the same tunnel's port.")]
    [TestCase("Seed=1624087102 Tunnel=Vxlan IsUnderlayIpv6=True Connections=6 Exchanges=2 Loss=26 HasCutTunnels=True Gaps=12", Description = "Where two places each missed another one of two, the only delay that the others tell is right.")]
    [TestCase("Seed=1433604865 Tunnel=Vxlan ReusesPort=True Burst=2 SnapLength=64 SnapsDiffer=True", Description = "Ports that are used again within a second, where nothing but the IP identification tells.")]
    [TestCase("Seed=2053083354 Tunnel=Vxlan Connections=5 HasCutTunnels=True TunnelPorts=2 Gaps=13", Description = "A place that has one packet, and another one that has another, two milliseconds apart.")]
    [TestCase("Seed=1002187645 Protocol=Udp Connections=6 Exchanges=2 SendsAlike=True Loss=89 HasWindows=True", Description = "Of two heartbeats each node saw another one: neither are they one packet, nor do they tell how clocks differ.")]
    [TestCase("Seed=1410035568 Protocol=Udp Tunnel=Vxlan IsUnderlayIpv6=True Exchanges=11 SendsAlike=True SnapLength=96 HasWindows=True", Description = "As many heartbeats here as there, each side lacking another one, by clocks that nobody compared.")]
    [TestCase("Seed=1025754911 Protocol=Udp IsIpv6=True Connections=5 Exchanges=9 SendsAlike=True Skew=2103651368844 SnapLength=64 Gaps=3", Description = "One of several heartbeats, cut, is missing where the next one was seen first.")]
    [TestCase("Seed=12382807 Protocol=Udp IsIpv6=True Nat=Source Tunnel=Vxlan Exchanges=9 SendsAlike=True SnapLength=64 HasWindows=True", Description = "The first heartbeat at one place and the last one at another.")]
    [TestCase("Seed=1458322570 Protocol=Udp IsIpv6=True Tunnel=Vxlan Exchanges=9 SendsAlike=True Gaps=24", Description = "One heartbeat that a capture missed made each that followed the one before.")]
    [TestCase("Seed=1857263131 Protocol=Udp Tunnel=Vxlan Connections=2 Loss=36 HasCutTunnels=True TunnelPorts=1", Description = "One packet of another connection among four of one tunnel's port.")]
    [TestCase("Seed=633266521 Protocol=Udp IsIpv6=True Tunnel=Vxlan IsUnderlayIpv6=True Exchanges=14 SendsAlike=True Skew=2713392 SnapLength=112 HasWindows=True", Description = "By clocks that nobody compared, two heartbeats half a millisecond apart are two.")]
    [TestCase("Seed=341372752 Protocol=Udp Tunnel=Vxlan Connections=2 Exchanges=4 SendsAlike=True Loss=33 SnapLength=64 Gaps=30", Description = "Two here and two there, of which one is the same.")]
    public void Of_a_trial_that_failed_once(string told) => Assert.That(Faults(Trial.Parse(told)), Is.Empty);

    private static IpProtocol Datagram(Random r, bool isIpv6) => r.Next(2) == 0 ? IpProtocol.Udp : isIpv6 ? IpProtocol.Icmpv6 : IpProtocol.Icmp;

    private static Trial Any(Random r)
    {
        var v6 = r.Next(3) == 0;
        return new Trial
        {
            Seed = r.Next(),
            IsIpv6 = v6,
            Protocol = r.Next(2) == 0 ? IpProtocol.Tcp : Datagram(r, v6),
            Nat = (Nat)r.Next(5),
            Tunnel = (Tunnel)r.Next(4),
            IsUnderlayIpv6 = r.Next(4) == 0,
            Connections = r.Next(1, 7),
            ReusesPort = r.Next(4) == 0,
            HasTimestamps = r.Next(4) > 0,
            Exchanges = r.Next(1, 6),
            Burst = r.Next(1, 4),
            Skew = r.Next(3) switch { 0 => 0, 1 => r.NextInt64(-5_000_000, 5_000_000), _ => r.NextInt64(-3_600_000_000_000, 3_600_000_000_000) },
            DriftPpm = r.Next(2) * r.Next(-100, 100),
        };
    }

    private static void Holds(Func<Random, Trial, Trial> trouble)
    {
        var failed = new ConcurrentBag<(int Number, Trial Trial, string Fault)>();
        Parallel.For(0, Trials, i =>
        {
            var random = new Random((Chance.Seed * 100_000) + i);
            var trial = trouble(random, Any(random));
            if (Faults(trial) is [var fault, ..])
                failed.Add((i, trial, fault));
        });
        if (failed.IsEmpty)
            return;
        var message = new StringBuilder($"{failed.Count} of {Trials} trials fail.");
        foreach (var (_, trial, fault) in failed.OrderBy(f => f.Number).DistinctBy(f => Kind(f.Fault)).Take(4))
        {
            var simplest = Simplest(trial, Kind(fault));
            message.AppendLine().Append(simplest).AppendLine().AppendJoin(Environment.NewLine, Faults(simplest).DefaultIfEmpty($"only once: {fault}").Take(8));
        }

        Assert.Fail(message.ToString());
    }

    // A fault without the names and numbers in it.
    private static string Kind(string fault) => string.Join(' ', fault.Split(' ').Where(w => !w.Any(char.IsDigit)).Take(4));

    private static IReadOnlyList<string> Faults(Trial trial)
    {
        try
        {
            return Verdict.Of(trial);
        }
        catch (Exception e) when (e is not AssertionException)
        {
            return [e.ToString()];
        }
    }

    private static Trial Simplest(Trial failing, string kind)
    {
        while (failing.Simpler().FirstOrDefault(t => Faults(t) is [var fault, ..] && Kind(fault) == kind) is { } simpler)
            failing = simpler;
        return failing;
    }
}
