using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests;

/// <summary>Many items are worked on side by side, for one who takes the results in order.</summary>
public sealed class AheadInOrderTests
{
    [Test]
    public void Results_come_in_the_order_of_the_items() =>
        Assert.That(AheadInOrder.Run(Enumerable.Range(0, 100), i => Slowly(i, (100 - i) % 7)), Is.EqualTo(Enumerable.Range(0, 100)));

    [Test]
    public void Nothing_is_under_way_any_more_when_the_taker_stops()
    {
        var (begun, ended) = (0, 0);
        foreach (var _ in AheadInOrder.Run(Enumerable.Range(0, 100), Work))
            break;
        Assert.That(ended, Is.EqualTo(begun).And.GreaterThan(0));

        int Work(int i)
        {
            Interlocked.Increment(ref begun);
            Slowly(i, 30);
            return Interlocked.Increment(ref ended);
        }
    }

    [Test]
    public void Nothing_is_under_way_any_more_when_one_item_s_exception_is_thrown()
    {
        var (begun, ended) = (0, 0);
        Assert.That(() => AheadInOrder.Run(Enumerable.Range(0, 100), Work).Count(), Throws.InvalidOperationException.With.Message.EqualTo("3"));
        Assert.That(ended, Is.EqualTo(begun).And.GreaterThan(0));

        int Work(int i)
        {
            Interlocked.Increment(ref begun);
            Slowly(i, i == 3 ? 0 : 30);
            Interlocked.Increment(ref ended);
            return i == 3 ? throw new InvalidOperationException("3") : i;
        }
    }

    private static int Slowly(int i, int milliseconds)
    {
        Thread.Sleep(milliseconds);
        return i;
    }
}
