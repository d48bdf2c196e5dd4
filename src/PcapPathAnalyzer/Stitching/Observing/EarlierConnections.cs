using PcapPathAnalyzer.Stitching.Legs;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>
/// Packets without their handshake that some clock saw before a connection with the same ports was opened. Sequence numbers that by chance lie
/// behind that connection's first ones may be nearer to these: then they are of the earlier one, whichever clock saw them.
/// </summary>
internal sealed class EarlierConnections
{
    /// <summary>A handshake may be captured this much after a packet that follows it; nanoseconds.</summary>
    private const long Reordering = 500_000_000;

    // By the lower number of the two directions' tuples.
    private readonly Dictionary<int, List<Met>> met = [];

    // When a clock first saw an opened leg whose ports others have: later, more is joined to it.
    private readonly Dictionary<(int Leg, string Clock), long> opened = [];

    /// <summary>Whether a leg that a clock first saw at one time was opened after packets that it saw at another.</summary>
    public static bool IsLater(long first, long met) => first - met > Reordering;

    /// <summary>Remembers packets without a handshake.</summary>
    /// <param name="canonical">The lower number of their tuples.</param>
    /// <param name="firstTuple">The first one's tuple.</param>
    /// <param name="clock">That saw them.</param>
    /// <param name="local">What the file says of them.</param>
    /// <param name="known">Opened legs.</param>
    public void Note(int canonical, int firstTuple, string clock, in LocalLeg local, LegsByNumber known)
    {
        if (!met.TryGetValue(canonical, out var others))
        {
            if (known.First(canonical) is null)
                return;
            met.Add(canonical, others = []);
            for (var leg = known.First(canonical); leg is not null; leg = known.After(leg))
            {
                foreach (var span in leg.Spans)
                    opened.Add((leg.Index, span.Clock), span.First);
            }
        }

        others.Add(new Met(clock, local.FirstTime, firstTuple, local.FirstSequence, local.FirstAcknowledgment));
    }

    /// <summary>Whether an earlier connection than the leg has numbers nearer to these.</summary>
    public bool HasNearer(int canonical, Leg leg, StreamNumbers numbers, uint distance) =>
        met.TryGetValue(canonical, out var others)
        && others.Exists(m => m.Of(leg).DistanceTo(numbers) < distance && opened.TryGetValue((leg.Index, m.Clock), out var first) && IsLater(first, m.Time));

    private readonly record struct Met(string Clock, long Time, int FirstTuple, uint FirstSequence, uint FirstAcknowledgment)
    {
        public StreamNumbers Of(Leg leg) => StreamNumbers.Of(FirstSequence, FirstAcknowledgment, FirstTuple == leg.Forward);
    }
}

/// <summary>Where the streams of both sides are at a packet; 0 where that was not captured.</summary>
internal readonly record struct StreamNumbers(uint Client, uint Server)
{
    public static StreamNumbers Of(uint sequence, uint acknowledgment, bool isFromClient) =>
        isFromClient ? new StreamNumbers(sequence, acknowledgment) : new StreamNumbers(acknowledgment, sequence);

    public uint DistanceTo(StreamNumbers other) => Math.Min(Between(Client, other.Client), Between(Server, other.Server));

    private static uint Between(uint a, uint b) => a == 0 || b == 0 ? uint.MaxValue : Math.Min(a - b, b - a);
}
