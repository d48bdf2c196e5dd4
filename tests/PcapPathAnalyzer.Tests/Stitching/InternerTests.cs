using CsCheck;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Tests.Stitching;

public class InternerTests
{
    // Few values per field, so that many tuples differ in one field only and many come twice.
    private static readonly Gen<FiveTuple> Tuple = Gen.Select(Gen.Int[0, 20], Gen.Int[0, 3], Gen.Int[0, 20], Gen.Int[0, 3], Gen.Int[0, 2], static (source, sourcePort, destination, destinationPort, protocol) =>
        new FiveTuple(Address(source), (ushort)sourcePort, Address(destination), (ushort)destinationPort, (IpProtocol)protocol));

    [Test]
    public void Equal_values_have_one_number_in_the_order_of_their_first_appearance() => Gen.Select(Tuple.List[0, 3000], Gen.Int[1, InternerBatch<FiveTuple>.Capacity]).Sample(
        static (tuples, size) =>
        {
            var (one, many) = (new Interner<FiveTuple>(), new Interner<FiveTuple>());
            var expected = new Dictionary<FiveTuple, int> { [default] = 0 };
            var batch = new InternerBatch<FiveTuple>(many);
            foreach (var part in tuples.Chunk(size))
            {
                for (var i = 0; i < part.Length; i++)
                    Assert.That(batch.Ask(part[i]), Is.EqualTo(i + 1 == InternerBatch<FiveTuple>.Capacity));
                foreach (var (tuple, number) in part.Zip(batch.Answer().ToArray()))
                {
                    expected.TryAdd(tuple, expected.Count);
                    Assert.That((one.Add(tuple), number), Is.EqualTo((expected[tuple], expected[tuple])));
                    Assert.That(many[number], Is.EqualTo(tuple));
                }
            }

            Assert.That((one.Count, many.Count), Is.EqualTo((expected.Count, expected.Count)));
        },
        iter: 100);

    [Test]
    public void A_number_that_was_not_given_is_refused() =>
        Assert.That(static () => new Interner<FiveTuple>()[1], Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Lookups_allocate_nothing()
    {
        var table = new Interner<FiveTuple>();
        var tuples = Enumerable.Range(0, 1000).Select(static i => new FiveTuple(Address(i), (ushort)i, Address(7), 80, IpProtocol.Tcp)).ToArray();
        var batch = new InternerBatch<FiveTuple>(table);
        AskAll(batch, tuples);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AskAll(batch, tuples);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void AskAll(InternerBatch<FiveTuple> batch, FiveTuple[] tuples)
    {
        foreach (var tuple in tuples)
        {
            if (batch.Ask(tuple))
                batch.Answer();
        }

        batch.Answer();
    }

    private static IpAddress Address(int i) => i % 2 == 0 ? IpAddress.FromIpv4((uint)i / 2) : IpAddress.FromIpv6((ulong)i & 2, (ulong)i / 4);
}
