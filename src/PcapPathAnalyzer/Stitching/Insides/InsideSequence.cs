using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Insides;

/// <summary>One direction of a connection as one place outside the tunnel saw it: whose packets may be those inside a <see cref="CutFlow"/>.</summary>
/// <param name="Way">The connection and the direction: what two sequences have in common that are the same packets.</param>
/// <param name="Sample">Leg, tuple and what else the first packet had.</param>
/// <param name="Place">Where it is.</param>
internal sealed record InsideSequence(Way Way, Trail Sample, int Place)
{
    public List<InsidePacket> Packets { get; } = [];

    /// <summary>When captures cover the place, by its clock; nanoseconds.</summary>
    public long From { get; set; } = long.MaxValue;

    public long To { get; set; } = long.MinValue;

    public void Settle() => Packets.Sort(static (a, b) => a.Time.CompareTo(b.Time));

    /// <summary>The first packet that is not earlier.</summary>
    public int At(long time) => InOrder.CountBefore(CollectionsMarshal.AsSpan(Packets), p => p.Time < time);
}

/// <summary>One direction of one connection.</summary>
/// <param name="Group">The connection's place among all.</param>
/// <param name="IsForward">From client to server.</param>
internal readonly record struct Way(int Group, bool IsForward);

/// <summary>A packet that may be inside.</summary>
/// <param name="Time">As the capture says, nanoseconds.</param>
/// <param name="Length">Of the IP packet.</param>
/// <param name="Headers">Of these, bytes before the payload: what each segment of it has, too.</param>
/// <param name="Identification">Of IP.</param>
internal readonly record struct InsidePacket(long Time, int Length, int Headers, uint Identification)
{
    /// <summary>Bytes of payload that nobody's segments have less of: what every host takes is a little more (536, RFC 9293 section 3.7.1), less options.</summary>
    private const int LeastSegment = 496;

    public static InsidePacket Of(in Observation o) => new(o.Time, o.Length, o.Length - Math.Max(0, o.PayloadLength), o.Identification);

    /// <summary>Whether it is, or has a segment of, such a length.</summary>
    /// <param name="length">Of an IP packet.</param>
    /// <param name="longest">Of the segments.</param>
    public bool MayHave(int length, int longest) => length == Length || (Segments(longest) > 1 && (length == longest || length == LastSegment(longest)));

    /// <summary>Packets it becomes where none is longer.</summary>
    public int Segments(int longest) => Length <= longest || longest - Headers < LeastSegment ? 1 : (Length - Headers + longest - Headers - 1) / (longest - Headers);

    /// <summary>What the last of them has.</summary>
    public int LastSegment(int longest) => Length - ((Segments(longest) - 1) * (longest - Headers));
}
