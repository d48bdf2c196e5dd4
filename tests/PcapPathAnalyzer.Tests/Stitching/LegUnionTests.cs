using CsCheck;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Legs;

namespace PcapPathAnalyzer.Tests.Stitching;

public sealed class LegUnionTests
{
    private const int Legs = 24;

    private static readonly Gen<(int A, int B)[]> AnyJoins = Gen.Select(Gen.Int[0, Legs - 1], Gen.Int[0, Legs - 1]).Array[0, 40];

    // Each leg has a way round of its own; joins say whether two legs' ways differ, and nothing else is known.
    [Test]
    public void What_was_joined_in_any_order_is_one_connection_turned_as_the_joins_said() =>
        Gen.Select(AnyJoins, Gen.Bool.Array[Legs]).Sample((joins, ways) =>
        {
            var union = new LegUnion(Legs);
            var names = Enumerable.Range(0, Legs).ToArray();
            foreach (var (a, b) in joins)
            {
                union.Unite(a, b, opposed: ways[a] != ways[b]);
                var (from, to) = (names[a], names[b]);
                for (var i = 0; i < Legs; i++)
                    names[i] = names[i] == from ? to : names[i];
            }

            for (var a = 0; a < Legs; a++)
            {
                for (var b = 0; b < Legs; b++)
                {
                    Assert.That(union.AreOne(a, b), Is.EqualTo(names[a] == names[b]));
                    if (names[a] == names[b])
                        Assert.That(union.IsTurned(a) != union.IsTurned(b), Is.EqualTo(ways[a] != ways[b]));
                }

                Assert.That(union.Root(a), Is.LessThanOrEqualTo(a), "the lowest number stands for all");
            }
        }, iter: 300);

    [Test]
    public void A_leg_added_later_stands_for_itself_until_it_is_joined()
    {
        var union = new LegUnion(1);
        union.Add();
        Assert.That(union.AreOne(0, 1), Is.False);
        union.Unite(1, 0, opposed: true);
        Assert.That((union.Root(1), union.IsTurned(1), union.IsTurned(0)), Is.EqualTo((0, true, false)));
    }
}
