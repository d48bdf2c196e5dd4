using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>
/// A connection as it is known by one pair of endpoints, over all capture points that saw it so: what lies between two
/// translations. Port reuse makes another leg: for TCP the client's initial sequence number tells them apart.
/// </summary>
internal sealed class Leg(int index, int tuple, int reversed)
{
    private int forwardVotes;

    public int Index { get; } = index;

    /// <summary>The tuple from client to server, by what is known so far.</summary>
    public int Forward { get; private set; } = tuple;

    public int Reverse { get; private set; } = reversed;

    /// <summary>Initial sequence number of the side that sent the SYN; null where no handshake was seen.</summary>
    public uint? InitialSequence { get; init; }

    /// <summary>True when a handshake, or the first packet of a request, shows who is the client.</summary>
    public bool IsDirectionCertain { get; private set; }

    /// <summary>Observations, over all capture points.</summary>
    public int Count { get; private set; }

    /// <summary>First and last time by each clock that saw the leg, nanoseconds as captured.</summary>
    public List<ClockSpan> Spans { get; } = new(2);

    /// <summary>True for a leg that no capture shows and a conntrack entry does.</summary>
    public bool IsVirtual => Count == 0;

    /// <summary>Says that packets with this tuple come from the client: a handshake was seen. The first such word is final.</summary>
    public void Settle(int forward)
    {
        if (!IsDirectionCertain)
            Orient(forward);
        IsDirectionCertain = true;
    }

    /// <summary>Votes that packets with this tuple come from the client; the majority counts where nothing is certain.</summary>
    public void Vote(int forward, int votes)
    {
        if (IsDirectionCertain)
            return;
        forwardVotes += forward == Forward ? votes : -votes;
        if (forwardVotes >= 0)
            return;
        forwardVotes = -forwardVotes;
        Flip();
    }

    /// <summary>Turns the leg round, because the leg it is joined to knows better.</summary>
    public void Flip() => (Forward, Reverse) = (Reverse, Forward);

    public void Note(string clock, in LocalLeg local)
    {
        Count += local.Count;
        var at = Spans.FindIndex(s => s.Clock == clock);
        if (at < 0)
            Spans.Add(new ClockSpan(clock, local.FirstTime, local.LastTime));
        else
            Spans[at] = new ClockSpan(clock, Math.Min(Spans[at].First, local.FirstTime), Math.Max(Spans[at].Last, local.LastTime));
    }

    /// <summary>The server's initial sequence number; null where no SYN-ACK was seen.</summary>
    public uint? ServerSequence { get; private set; }

    private (ulong First, ulong Second) syns;

    public void NoteHandshake(in LocalLeg local)
    {
        if (local.HasServerSequence)
            ServerSequence = local.ServerSequence;
        foreach (var syn in (ReadOnlySpan<ulong>)[local.FirstSyn, local.SecondSyn])
        {
            if (syn == 0 || syn == syns.First)
                continue;
            if (syns.First == 0)
                syns.First = syn;
            else if (syns.Second == 0)
                syns.Second = syn;
        }
    }

    /// <summary>Whether the same SYN, IP identification and timestamp included, was seen in both.</summary>
    public bool SharesSyn(Leg other) =>
        syns.First != 0 && (syns.First == other.syns.First || syns.First == other.syns.Second || (syns.Second != 0 && (syns.Second == other.syns.First || syns.Second == other.syns.Second)));

    /// <summary>Whether a packet of the leg goes from client to server. An error about a packet goes the other way than the packet.</summary>
    public bool IsForward(in Observation o) =>
        o.Kind == ObservationKind.IcmpError ? o.QuotedTuple != Forward && o.QuotedTuple == Reverse : o.Tuple == Forward;

    public FiveTuple Tuple(ObservationTables tables) => tables.Tuples[Forward];

    private void Orient(int tupleNumber)
    {
        if (tupleNumber != Forward)
            Flip();
    }
}

/// <summary>When one node's captures saw a leg, by that node's clock.</summary>
internal readonly record struct ClockSpan(string Clock, long First, long Last);
