using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

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

    public List<int> Observations { get; } = [];

    /// <summary>True for a leg that no capture shows and a conntrack entry does.</summary>
    public bool IsVirtual => Observations.Count == 0;

    /// <summary>Says that packets with this tuple come from the client. A certain word is final; of others the majority counts.</summary>
    public void VoteForward(int tupleNumber, bool certain)
    {
        if (IsDirectionCertain)
            return;
        if (certain)
        {
            IsDirectionCertain = true;
            Orient(tupleNumber);
            return;
        }

        forwardVotes += tupleNumber == Forward ? 1 : -1;
        if (forwardVotes < 0)
        {
            forwardVotes = -forwardVotes;
            Orient(tupleNumber);
        }
    }

    private void Orient(int tupleNumber)
    {
        if (tupleNumber != Forward)
            (Forward, Reverse) = (Reverse, Forward);
    }

    /// <summary>Turns the leg round, because the leg it is joined to knows better.</summary>
    public void Flip() => (Forward, Reverse) = (Reverse, Forward);

    public FiveTuple Tuple(ObservationStore store) => store.Tuples[Forward];
}
