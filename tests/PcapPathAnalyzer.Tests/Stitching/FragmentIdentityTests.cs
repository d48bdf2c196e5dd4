using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Tests.Stitching;

public sealed class FragmentIdentityTests
{
    private readonly ObservationTables tables = new();

    [Test]
    public void An_IPv6_datagram_is_one_in_fragments_in_other_fragments_and_whole()
    {
        var v6 = tables.Tuples.Add(new FiveTuple(IpAddress.Parse("fd00::5"), 40_000, IpAddress.Parse("fd00::7"), 53, IpProtocol.Udp));
        Observation[] items =
        [
            Piece(v6, point: 0, id: 77, offset: 0, length: 1432), Piece(v6, point: 0, id: 77, offset: 1440, length: 1000, isLast: true),
            Piece(v6, point: 1, id: 99, offset: 0, length: 1224), Piece(v6, point: 1, id: 99, offset: 1232, length: 1208, isLast: true),
            Whole(v6, length: 2432),
        ];
        var keys = Keys(items);
        Assert.That(keys, Is.All.EqualTo(keys[0]));
    }

    [Test]
    public void Datagrams_of_another_length_or_beginning_are_others()
    {
        var v6 = tables.Tuples.Add(new FiveTuple(IpAddress.Parse("fd00::5"), 40_000, IpAddress.Parse("fd00::7"), 53, IpProtocol.Udp));
        var other = Piece(v6, point: 0, id: 78, offset: 0, length: 1432);
        other.PayloadHash = 6;
        Observation[] items =
        [
            Piece(v6, point: 0, id: 77, offset: 0, length: 1432), Piece(v6, point: 0, id: 77, offset: 1440, length: 1000, isLast: true),
            other, Piece(v6, point: 0, id: 78, offset: 1440, length: 1000, isLast: true),
            Whole(v6, length: 2400),
        ];
        var keys = Keys(items);
        Assert.That(keys.Distinct().ToList(), Has.Count.EqualTo(3));
        Assert.That(keys[1], Is.EqualTo(keys[0]));
    }

    [Test]
    public void IPv4_keeps_its_identification_whole_and_in_fragments()
    {
        var v4 = tables.Tuples.Add(new FiveTuple(IpAddress.Parse("10.0.0.1"), 40_000, IpAddress.Parse("10.0.0.2"), 53, IpProtocol.Udp));
        var whole = Whole(v4, length: 2432);
        whole.Identification = 77;
        var keys = Keys([Piece(v4, point: 0, id: 77, offset: 0, length: 1472), Piece(v4, point: 1, id: 77, offset: 1480, length: 960, isLast: true), whole]);
        Assert.That(keys, Is.All.EqualTo(keys[0]));
    }

    private ulong[] Keys(Observation[] items)
    {
        var identities = new FragmentIdentities(tables);
        identities.Note(items, [.. Enumerable.Range(0, items.Length)], items.Length);
        return [.. items.Select(o => identities.KeyOf(o))];
    }

    private static Observation Piece(int tuple, ushort point, uint id, ushort offset, int length, bool isLast = false) => new()
    {
        Tuple = tuple,
        Point = point,
        Identification = id,
        FragmentOffset = offset,
        PayloadLength = length,
        Length = length + 48,
        Flags = PacketFlags.Fragment | (isLast ? 0 : PacketFlags.MoreFragments) | (offset == 0 ? PacketFlags.HasTransport : 0),
        Kind = ObservationKind.Fragment,
        PayloadHash = offset == 0 ? 5u : 9u,
    };

    private static Observation Whole(int tuple, int length) => new()
    {
        Tuple = tuple,
        Point = 2,
        PayloadLength = length,
        Length = length + 48,
        Flags = PacketFlags.HasTransport,
        Kind = ObservationKind.Packet,
        PayloadHash = 5,
    };
}
