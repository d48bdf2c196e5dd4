using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>zero-window</c>: a receiver had no room for more data for a while, because its application did not read.</summary>
internal sealed class ZeroWindow : IFindingRule
{
    /// <summary>A window that opens again sooner is a busy receiver, nanoseconds.</summary>
    private const long Notable = 200_000_000;

    private static readonly FindingCode Kind = new("zero-window", "The receiver does not read", "A TCP receiver announced a window of zero: its application did not read, and the sender had to wait.")
    {
        Severity = Severity.Warning,
        Explanation = "The receive buffer is full because the application does not read its socket, so TCP announces a window of zero and the sender may only probe until it opens. The network delivers; the connection is as slow as the application.",
        CheckNext = "Recv-Q of ss -tn in the receiver's namespace, and what the application waits for: CPU limits, a lock, its own backend.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc9293#section-3.8.6.1"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var stops = evidence.Flows.Where(f => f.Protocol == IpProtocol.Tcp).SelectMany(f => new[] { Look(f, f.Forward), Look(f, f.Reply) }).OfType<Stop>();
        foreach (var group in stops.GroupBy(s => (s.Receiver, s.Address, s.Port)))
        {
            var items = group.OrderByDescending(s => s.Duration).ToList();
            var flows = items.ConvertAll(s => s.Flow);
            var open = items.Exists(s => !s.Opened);
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Warning,
                Namespace = group.Key.Receiver,
                Message = $"{(group.Key.Receiver.Length == 0 ? "" : group.Key.Receiver + ", ")}{FiveTuple.Endpoint(group.Key.Address, group.Key.Port)}, has no room for more data for {(open ? "at least " : "up to ")}{Durations.Text(items[0].Duration)}: its application does not read ({FlowEvidence.Count(flows)})",
                Advice = $"See Recv-Q of {FiveTuple.Endpoint(group.Key.Address, group.Key.Port)} (ss -tn) and what the application waits for; no device on the way is the cause.",
                Flows = flows,
                Evidence = [.. items.Take(2).SelectMany(s => new[] { s.First, s.Last }.Distinct().Select(t => evidence.Frames(t).First()))],
            };
        }
    }

    // The longest time from a zero window to the next segment of that side with room, or to the end of the captures.
    private static Stop? Look(Flow flow, FlowDirection receiving)
    {
        Transmission? shut = null, lastShut = null;
        Stop? longest = null;
        foreach (var t in receiving.Transmissions)
        {
            if (t.IsIcmpError || !t.Observations[0].HasTcp() || t.Is(TcpFlags.Rst, TcpFlags.Rst))
                continue;
            if (t.Observations[0].Window == 0 && !t.Is(TcpFlags.Syn, TcpFlags.Syn))
            {
                shut ??= t;
                lastShut = t;
                Keep(t.Time, opened: false);
            }
            else if (shut is not null)
            {
                Keep(t.Time, opened: true);
                shut = null;
            }
        }

        return longest is { Duration: >= Notable } ? longest : null;

        void Keep(long time, bool opened)
        {
            if (longest is null || time - shut!.Time > longest.Duration || longest.First == shut)
                longest = new Stop(flow, shut!, lastShut!, time - shut!.Time, opened);
        }
    }

    private sealed record Stop(Flow Flow, Transmission First, Transmission Last, long Duration, bool Opened)
    {
        private bool IsServer => First.IsReply;

        public string Receiver => (IsServer ? Flow.ServerNamespace : Flow.ClientNamespace) ?? "";

        public IpAddress Address => IsServer ? (Flow.Served ?? Flow.Requested).Destination : Flow.Requested.Source;

        public int Port => IsServer ? (Flow.Served ?? Flow.Requested).DestinationPort : Flow.Requested.SourcePort;
    }
}
