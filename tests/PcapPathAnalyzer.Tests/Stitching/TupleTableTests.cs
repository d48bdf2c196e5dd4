using CsCheck;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Tests.Stitching;

public class TupleTableTests
{
    private static readonly Gen<IpAddress> Address = Gen.OneOf(
        Gen.UInt[0, 3].Select(static n => IpAddress.FromIpv4(n)),
        Gen.Select(Gen.ULong[0, 1], Gen.ULong[0, 2], static (high, low) => IpAddress.FromIpv6(high << 32, low)));

    private static readonly Gen<FiveTuple> Tuple = Gen.Select(Address, Gen.OneOf(Gen.UShort[0, 2], Gen.Const(ushort.MaxValue)), Address, Gen.UShort[0, 2], Gen.Byte[0, 1], static (source, sourcePort, destination, destinationPort, protocol) =>
        new FiveTuple(source, sourcePort, destination, destinationPort, (IpProtocol)protocol));

    [Test]
    public void Equal_tuples_have_one_number_in_the_order_of_their_first_appearance_and_come_back_whole() => Tuple.List[0, 2000].Sample(
        static tuples =>
        {
            var table = new TupleTable();
            var expected = new Dictionary<FiveTuple, int> { [default] = 0 };
            foreach (var tuple in tuples)
            {
                Assert.That(table.Find(tuple), Is.EqualTo(expected.GetValueOrDefault(tuple)));
                expected.TryAdd(tuple, expected.Count);
                Assert.That(table.Add(tuple), Is.EqualTo(expected[tuple]));
                Assert.That(table.Find(tuple), Is.EqualTo(expected[tuple]));
            }

            Assert.That(table.Count, Is.EqualTo(expected.Count));
            foreach (var (tuple, number) in expected)
                Assert.That(table[number], Is.EqualTo(tuple));
        },
        iter: 200);

    [Test]
    public void Many_at_once_have_the_numbers_of_one_by_one() => Tuple.Array[0, 1000].Sample(
        static tuples =>
        {
            var (one, many) = (new TupleTable(), new TupleTable());
            var numbers = new List<int>();
            foreach (var t in tuples)
            {
                if (many.Ask(new() { Source = t.Source, SourcePort = t.SourcePort, Destination = t.Destination, DestinationPort = t.DestinationPort, Protocol = t.Protocol }))
                    numbers.AddRange(many.Answer());
            }

            numbers.AddRange(many.Answer());
            Assert.That(numbers, Is.EqualTo(tuples.Select(t => one.Add(t))));
        },
        iter: 200);
}
