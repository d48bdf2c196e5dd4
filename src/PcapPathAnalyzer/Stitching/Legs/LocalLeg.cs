using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>A leg as one file shows it.</summary>
internal struct LocalLeg
{
    public int Forward;
    public int Reverse;

    /// <summary>Initial sequence number, or the count of idle times before these datagrams.</summary>
    public uint Number;

    public LegKind Kind;

    /// <summary>A handshake or an ICMP request shows who is the client.</summary>
    public bool IsDirectionCertain;

    /// <summary>No packet but SYNs without ACK so far.</summary>
    public bool HasOnlySyns;

    /// <summary>Votes for <see cref="Forward"/> less those against it.</summary>
    public int Votes;

    public int Count;

    /// <summary>By the file's own clock.</summary>
    public long FirstTime;
    public long LastTime;

    /// <summary>Of the first packet: its tuple, and what shows which connection it continues.</summary>
    public int FirstTuple;
    public uint FirstSequence;

    /// <summary>0 where it was not captured, or there is none.</summary>
    public uint FirstAcknowledgment;

    /// <summary>False where the snap length left no packet's sequence numbers.</summary>
    public bool HasFirstSequence;

    // The last sequence numbers from the side of Forward's lower tuple number and from the other; 0 for none.
    private uint lowerSequence;
    private uint upperSequence;

    // The same sides, of packets without flags.
    private IdentificationCount lowerCount;
    private IdentificationCount upperCount;

    /// <summary>Identities of the first two SYNs that differ; 0 where there are none.</summary>
    public ulong FirstSyn;
    public ulong SecondSyn;

    /// <summary>Simultaneous open (RFC 9293 section 3.5): both sides sent a SYN, the other one with <see cref="OtherSequence"/>.</summary>
    public bool IsSimultaneous;
    public uint OtherSequence;

    /// <summary>Initial sequence number of the server; valid with <see cref="HasServerSequence"/>.</summary>
    public uint ServerSequence;
    public bool HasServerSequence;

    private void NoteHandshake(in Observation o)
    {
        if ((o.TcpFlags & TcpFlags.Ack) != 0)
        {
            (ServerSequence, HasServerSequence) = (o.TcpSequence, true);
            return;
        }

        var identity = o.Identity();
        if (FirstSyn == 0)
            FirstSyn = identity;
        else if (identity != FirstSyn && SecondSyn == 0)
            SecondSyn = identity;
    }

    /// <summary>The first datagram came from a service's port to one that Linux gives to who asks: an answer whose request the capture is too late for, if the other side speaks too.</summary>
    public bool WasAnsweredFirst;

    /// <summary>Who speaks first at a point asks.</summary>
    public void Speak(int forward, bool isFromService)
    {
        Vote(forward);
        WasAnsweredFirst = isFromService;
    }

    /// <summary>After an answer came first, the other side speaks: it asked.</summary>
    public void Ask(int forward)
    {
        if (forward == FirstTuple)
            return;
        WasAnsweredFirst = false;
        Votes += forward == Forward ? 2 : -2;
    }

    /// <summary>The other side sent a SYN too.</summary>
    public void Meet(uint sequence) => (IsSimultaneous, OtherSequence) = (true, sequence);

    public void Vote(int forward) => Votes += forward == Forward ? 1 : -1;

    /// <summary>
    /// Whether a TCP packet has numbers far from those of the leg: initial sequence numbers go by chance, but for the same ports again
    /// they only grow with time, 15.6 million a second (RFC 6528, secure_tcp_seq in net/core/secure_seq.c).
    /// </summary>
    /// <param name="o">The packet.</param>
    /// <param name="isAfterPause">Nothing was seen for so long that a connection may have ended, and another one begun.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsAnother(in Observation o, bool isAfterPause)
    {
        if ((o.Flags & PacketFlags.HasTcpSequence) == 0)
            return isAfterPause || HasJumped(o);
        // Where flags were cut off, no SYN tells of another.
        var isBlind = (o.Flags & PacketFlags.HasTcpFlags) == 0;
        if (isBlind && isAfterPause && HasJumped(o))
            return true;
        // What a capture may have missed of one connection.
        var room = !isAfterPause ? 1u << 29 : isBlind ? 1u << 23 : 1u << 26;
        var isLower = o.Tuple == Math.Min(Forward, Reverse);
        return IsFar(o.TcpSequence, isLower ? lowerSequence : upperSequence) || IsFar(o.TcpAcknowledgment, isLower ? upperSequence : lowerSequence);

        bool IsFar(uint number, uint last) => number != 0 && last != 0 && number - last + room >= 2 * room;
    }

    private readonly bool HasJumped(in Observation o) => (o.Tuple == Math.Min(Forward, Reverse) ? lowerCount : upperCount).IsJump((ushort)o.Identification);

    /// <summary>Remembers where the stream of a TCP packet's side is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Follow(in Observation o)
    {
        if (o.TcpSequence != 0)
            (o.Tuple == Math.Min(Forward, Reverse) ? ref lowerSequence : ref upperSequence) = o.TcpSequence;
        if ((o.Flags & PacketFlags.HasTcpFlags) == 0)
            (o.Tuple == Math.Min(Forward, Reverse) ? ref lowerCount : ref upperCount).Note((ushort)o.Identification);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Note(in Observation o)
    {
        // The first packet of which enough was captured.
        if (Count++ == 0 || (!HasFirstSequence && (o.Flags & PacketFlags.HasTcpSequence) != 0))
            (FirstTuple, FirstSequence, FirstAcknowledgment, HasFirstSequence) = (o.Tuple, o.TcpSequence, o.TcpAcknowledgment, (o.Flags & PacketFlags.HasTcpSequence) != 0);
        FirstTime = Math.Min(FirstTime, o.Time);
        LastTime = Math.Max(LastTime, o.Time);
        HasOnlySyns &= (o.TcpFlags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;
        if ((o.TcpFlags & TcpFlags.Syn) != 0 && Kind == LegKind.Opened)
            NoteHandshake(o);
    }
}
