using CsCheck;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Tests.Stitching;

public class InternerTests
{
    // Few values per field, so that many tuples differ in one field only and many come twice.
    private static readonly Gen<FiveTuple> Tuple = Gen.Select(Gen.Int[0, 20], Gen.Int[0, 3], Gen.Int[0, 20], Gen.Int[0, 3], Gen.Int[0, 2], static (source, sourcePort, destination, destinationPort, protocol) =>
        new FiveTuple(Address(source), (ushort)sourcePort, Address(destination), (ushort)destinationPort, (IpProtocol)protocol));

    [Test]
    public void Equal_values_have_one_number_in_the_order_of_their_first_appearance() => Gen.Select(Tuple.List[0, 3000], Gen.Int[1, 100]).Sample(
        static (tuples, batch) =>
        {
            var (one, many) = (new Interner<FiveTuple>(), new Interner<FiveTuple>());
            var expected = new Dictionary<FiveTuple, int> { [default] = 0 };
            var numbers = new int[tuples.Count];
            var all = tuples.ToArray().AsSpan();
            for (var i = 0; i < all.Length; i += batch)
                many.Add(all[i..Math.Min(all.Length, i + batch)], numbers.AsSpan(i));
            for (var i = 0; i < all.Length; i++)
            {
                expected.TryAdd(all[i], expected.Count);
                Assert.That((one.Add(all[i]), numbers[i]), Is.EqualTo((expected[all[i]], expected[all[i]])));
                Assert.That(one[numbers[i]], Is.EqualTo(all[i]));
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
        var numbers = new int[tuples.Length];
        table.Add(tuples, numbers);
        var before = GC.GetAllocatedBytesForCurrentThread();
        table.Add(tuples, numbers);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static IpAddress Address(int i) => i % 2 == 0 ? IpAddress.FromIpv4((uint)i / 2) : IpAddress.FromIpv6((ulong)i & 2, (ulong)i / 4);
}
