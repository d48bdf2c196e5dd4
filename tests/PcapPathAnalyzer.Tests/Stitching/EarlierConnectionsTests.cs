using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>Ports that are used again and again, with handshakes and without.</summary>
public sealed class EarlierConnectionsTests
{
    private const int Forward = 1;
    private const int Reverse = 2;

    [TestCase("a", 1_000_000_000, 40u, true, TestName = "Nearer_numbers_that_the_same_clock_saw_long_before_are_of_an_earlier_connection")]
    [TestCase("a", 1_000_000_000, 300u, false, TestName = "Numbers_that_are_farther_away_than_the_connections_own_say_nothing")]
    [TestCase("a", 4_900_000_000, 40u, false, TestName = "What_was_seen_shortly_before_the_handshake_may_be_out_of_order")]
    [TestCase("b", 1_000_000_000, 40u, false, TestName = "A_clock_that_did_not_see_the_handshake_says_nothing")]
    public void Earlier(string clock, long time, uint away, bool isEarlier)
    {
        var (legs, byTuple) = Opened(1);
        var earlier = new EarlierConnections();
        earlier.Note(Forward, Forward, clock, Met(time, 7000 + away), byTuple);
        Assert.That(earlier.HasNearer(Forward, legs[0], new StreamNumbers(7000, 0), 200), Is.EqualTo(isEarlier));
    }

    [Test]
    public void Memory_grows_with_the_connections_and_not_with_their_pairs()
    {
        const int count = 4000;
        var (_, byTuple) = Opened(count);
        var earlier = new EarlierConnections();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < count; i++)
            earlier.Note(Forward, Forward, "a", Met(i, (uint)i), byTuple);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(count * 1000L));
    }

    private static LocalLeg Met(long time, uint sequence) => new() { Kind = LegKind.Middle, FirstTime = time, LastTime = time, FirstTuple = Forward, FirstSequence = sequence, HasFirstSequence = true };

    private static (List<Leg> Legs, LegsByNumber ByTuple) Opened(int count)
    {
        var legs = new List<Leg>();
        var byTuple = new LegsByNumber(legs);
        for (var i = 0; i < count; i++)
        {
            legs.Add(new Leg(i, Forward, Reverse) { InitialSequence = (uint)i });
            legs[i].Note("a", new LocalLeg { FirstTime = 5_000_000_000, LastTime = 6_000_000_000 });
            byTuple.Add(Forward, legs[i]);
        }

        return (legs, byTuple);
    }
}
