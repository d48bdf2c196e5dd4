using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>
/// Round-trip times as each capture point saw them. A request and its answer at one point are stamped by one clock, so what a
/// round trip loses from one point to the next was spent between the two, whatever the nodes' clocks say (RFC 2681).
/// </summary>
internal static class RoundTrips
{
    /// <summary>Questions of a flow that are followed; more tell nothing new.</summary>
    private const int Most = 64;

    /// <summary>Time spent between neighbouring points of a flow's way, both directions together, one value per question; nanoseconds.</summary>
    public static IEnumerable<(CapturePoint From, CapturePoint To, long Time, Transmission Question)> Between(Flow flow)
    {
        foreach (var (question, answer) in Pairs(flow).Take(Most))
        {
            (CapturePoint Point, long Time)? before = null;
            for (var i = 0; i < question.Observations.Count; i++)
            {
                var asked = question.Observations[i];
                var point = flow.Forward.Hops[question.Hops[i] - 1].Point;
                if (Answered(answer, asked.Point) is not { } answered || before?.Point == point)
                    continue;
                var time = answered - asked.Time;
                if (before is { } b)
                    yield return (b.Point, point, b.Time - time, question);
                before = (point, time);
            }
        }
    }

    // What a kernel answers at once: SYN by SYN-ACK, echo by echo reply. What an application takes its time for is not the network's.
    private static IEnumerable<(Transmission Question, Transmission Answer)> Pairs(Flow flow) => flow.Protocol == IpProtocol.Tcp ? Handshake(flow) : flow.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6 ? Echoes(flow) : [];

    private static IEnumerable<(Transmission Question, Transmission Answer)> Handshake(Flow flow)
    {
        var syns = flow.Forward.Transmissions.Where(t => t.Is(TcpFlags.Syn | TcpFlags.Ack, TcpFlags.Syn)).ToList();
        var answers = flow.Reply.Transmissions.Where(t => t.Is(TcpFlags.Syn | TcpFlags.Ack, TcpFlags.Syn | TcpFlags.Ack)).ToList();
        // A SYN that was sent again leaves open which copy was answered.
        if (syns is [var syn] && answers is [var answer])
            yield return (syn, answer);
    }

    private static IEnumerable<(Transmission Question, Transmission Answer)> Echoes(Flow flow)
    {
        var answers = flow.Reply.Transmissions.Where(t => !t.IsIcmpError).GroupBy(Number).ToDictionary(g => g.Key, g => g.ToList());
        foreach (var t in flow.Forward.Transmissions)
        {
            if (!t.IsIcmpError && answers.TryGetValue(Number(t), out var found) && found is [var one])
                yield return (t, one);
        }
    }

    private static uint Number(Transmission t) => t.Observations[0].TcpSequence;

    private static long? Answered(Transmission answer, ushort point)
    {
        foreach (var o in answer.Observations)
        {
            if (o.Point == point)
                return o.Time;
        }

        return null;
    }
}
