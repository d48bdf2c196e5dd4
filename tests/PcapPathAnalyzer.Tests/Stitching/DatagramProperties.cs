using CsCheck;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>Queries of many clients' ports to one service, without IP identification, whose payloads all begin alike.</summary>
public sealed class DatagramProperties
{
    private const int Query = 60;
    private const int Answer = 90;

    [Test]
    public void Datagrams_that_begin_alike_are_told_apart_by_all_of_their_payload() =>
        Gen.Select(Gen.Int[1, 50], Gen.Bool, Gen.Int[1, 1_000_000]).Sample((queries, masquerade, seed) =>
        {
            var flows = Stitch(queries, masquerade, seed, whole: true, out var owners);
            Assert.That(flows, Has.Count.EqualTo(queries));
            foreach (var flow in flows)
            {
                Assert.That((flow.Forward.Transmissions.Count, flow.Reply.Transmissions.Count), Is.EqualTo((1, 1)));
                var query = owners[SyntheticCapture.Name(flow.Forward.Transmissions[0].Observations[0])];
                Assert.That(flow.Requested.SourcePort, Is.EqualTo(Port(query)));
                Assert.That(flow.Forward.Transmissions.Concat(flow.Reply.Transmissions).SelectMany(t => t.Observations).Select(o => owners[SyntheticCapture.Name(o)]), Is.All.EqualTo(query));
                Assert.That(flow.Forward.Hops, Has.Count.EqualTo(SyntheticNetwork.Points));
            }
        }, iter: 60);

    [Test]
    public void Where_only_the_beginning_was_captured_nothing_of_two_clients_is_mixed() =>
        Gen.Select(Gen.Int[2, 12], Gen.Bool, Gen.Int[1, 1_000_000]).Sample((queries, masquerade, seed) =>
        {
            var flows = Stitch(queries, masquerade, seed, whole: false, out var owners);
            foreach (var flow in flows)
                Assert.That(flow.Forward.Transmissions.Concat(flow.Reply.Transmissions).SelectMany(t => t.Observations).Select(o => owners[SyntheticCapture.Name(o)]).Distinct().ToList(), Has.Count.EqualTo(1));
        }, iter: 60);

    [Test]
    public void What_cannot_be_told_apart_is_called_ambiguous()
    {
        var flows = Stitch(queries: 2, masquerade: true, seed: 7, whole: false, out _);
        Assert.That(flows, Has.Count.GreaterThan(2));
        Assert.That(flows.SelectMany(f => f.Joins), Has.Some.StartsWith("ambiguous: "));
    }

    private static ushort Port(int query) => (ushort)(30_000 + query);

    private static List<Flow> Stitch(int queries, bool masquerade, int seed, bool whole, out Dictionary<string, int> owners)
    {
        using var pool = new BlockPool(1 << 24);
        var network = SyntheticNetwork.Build();
        var files = SyntheticNetwork.Files(network, pool);
        var random = new Random(seed);
        var translated = Enumerable.Range(20_000, queries).ToArray();
        random.Shuffle(translated);
        owners = [];
        for (var point = 0; point < files.Length; point++)
        {
            // All queries are under way before the first answer; each point sees them in an order of its own.
            var order = Enumerable.Range(0, queries).SelectMany(q => new[] { (Query: q, IsReply: false), (Query: q, IsReply: true) }).OrderBy(p => p.IsReply).ThenBy(_ => random.Next()).ToList();
            for (var i = 0; i < order.Count; i++)
            {
                var (query, isReply) = order[i];
                var o = Observe(files[point].Tables, point, query, isReply, masquerade ? (ushort)translated[query] : null);
                o.Frame = (uint)i + 1;
                o.Time = 1_000_000_000 + (isReply ? 5_000_000 : 0) + (i * 100) + ((isReply ? SyntheticNetwork.Points - point : point) * 20_000);
                o.PayloadHash = isReply ? 5u : 4u;
                if (whole)
                    o.WholeHash = (uint)((query * 2) + (isReply ? 1 : 0) + 100);
                files[point].Add(ref o);
                owners.Add($"{point}#{o.Frame}", query);
            }

            files[point].Finish();
        }

        return new Stitcher(ReadingMerger.Merge(files), network, pool) { PartitionSize = 1 << 16 }.Stitch(() => _ => { }, (flow, _) =>
        {
            flow.Forward.KeepPackets();
            flow.Reply.KeepPackets();
        }).Flows;
    }

    private static Observation Observe(ObservationTables tables, int point, int query, bool isReply, ushort? translated)
    {
        var isTranslated = translated is not null && point >= 3;
        var tuple = new FiveTuple(
            isTranslated ? SyntheticNetwork.TunnelA : SyntheticNetwork.Client,
            isTranslated ? translated!.Value : Port(query),
            point < 2 ? SyntheticNetwork.Virtual : SyntheticNetwork.Server,
            53,
            IpProtocol.Udp);
        var hop = isReply ? SyntheticNetwork.Points - 1 - point : point;
        return new Observation
        {
            Leg = -1,
            Tuple = tables.Tuples.Add(isReply ? tuple.Reversed : tuple),
            Tunnel = point is 4 or 5 ? tables.Tunnels.Add(new TunnelKey(Encapsulation.Vxlan, 1, isReply ? SyntheticNetwork.NodeB : SyntheticNetwork.NodeA, isReply ? SyntheticNetwork.NodeA : SyntheticNetwork.NodeB)) : 0,
            Ttl = (byte)(64 - (hop <= 2 ? 0 : hop <= 6 ? 1 : 2)),
            Flags = PacketFlags.HasTransport | PacketFlags.DontFragment,
            PayloadLength = isReply ? Answer : Query,
            Length = (isReply ? Answer : Query) + 28,
            Kind = ObservationKind.Packet,
        };
    }
}
