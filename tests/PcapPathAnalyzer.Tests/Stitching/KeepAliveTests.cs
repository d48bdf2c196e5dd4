using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Stitching.WholeFlows;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>A last byte that is sent again: because it was lost, or to ask whether the other side is still there (RFC 9293 section 3.8.4).</summary>
public sealed class KeepAliveTests
{
    private static readonly FiveTuple Ends = new(IpAddress.Parse("10.244.0.5"), 40000, IpAddress.Parse("10.244.1.7"), 80, IpProtocol.Tcp);

    [TestCase("> 0 1; > 210 1; < 211 ack", 1, TestName = "A_byte_that_nobody_had_acknowledged_is_sent_again")]
    [TestCase("> 0 1; < 1 ack; > 30000 1; < 30001 ack; > 60000 1; < 60001 ack", 0, TestName = "A_byte_that_was_acknowledged_is_repeated_to_keep_the_connection_alive")]
    [TestCase("> 0 1; > 210 1; < 211 ack; > 30000 1; < 30001 ack", 1, TestName = "One_connection_has_both")]
    [TestCase("> 0 1; > 30000 1", 0, TestName = "Without_the_other_direction_it_is_taken_for_a_keep_alive")]
    public void The_last_byte_again(string packets, int retransmissions)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["node"]);
        using (var writer = new PcapWriter(File.Create(folder["node/eth0.pcap"]), LinkType.Raw, 65535))
        {
            ushort identification = 1;
            foreach (var words in packets.Split("; ").Select(p => p.Split(' ')))
            {
                var isReply = words[0] == "<";
                var packet = new WirePacket
                {
                    Tuple = isReply ? Ends.Reversed : Ends,
                    Identification = identification++,
                    Flags = TcpFlags.Ack,
                    Sequence = isReply ? 5000u : 1000u,
                    Acknowledgment = isReply ? 1001u : 5000u,
                    Payload = isReply ? [] : [7],
                }.ToBytes();
                writer.Write(new Timestamp(1_795_000_000_000_000_000 + (long.Parse(words[1]) * 1_000_000)), packet, packet.Length);
            }
        }

        var flow = PathAnalyzer.Analyze(BundleReader.Read(folder.Path)).Flows.Single();
        Assert.That((flow.Forward.Packets, flow.Forward.Retransmissions), Is.EqualTo((packets.Count(c => c == '>'), retransmissions)));
    }
}
