namespace PcapPathAnalyzer.Stitching.Insides;

/// <summary>How well the packets of a <see cref="CutFlow"/> are those of one direction of one connection: by length and time, packet by packet.</summary>
/// <param name="Matched">Packets that are a packet of the connection's, each another one.</param>
/// <param name="Missed">Packets that are none, although captures cover the moment.</param>
/// <param name="Slowest">The longest time between a packet's two sightings; nanoseconds.</param>
internal readonly record struct InsideFit(int Matched, int Missed, long Slowest)
{
    /// <summary>A packet stays no longer in a node's queues; nanoseconds.</summary>
    private const long Stay = 50_000_000;

    /// <summary>Times that differ by less tell nothing: captures on two interfaces are written by two processors; nanoseconds.</summary>
    private const long Jitter = 20_000;

    /// <summary>A packet that waits nowhere has gone through a node; nanoseconds.</summary>
    private const long AtOnce = 10 * Jitter;

    /// <summary>A capture runs before its first packet and after its last one; nanoseconds.</summary>
    private const long Edge = 1_000_000;

    /// <summary>A capture may have missed one packet of so many, and more are another connection's.</summary>
    private const int Tolerance = 4;

    public bool IsGood => Matched > 0 && Missed * Tolerance <= Matched + Missed;

    /// <summary>Every packet went through the node without a stay in a queue.</summary>
    public bool IsPrompt => Slowest < AtOnce;

    /// <summary>Fewer misses first, then what took less time.</summary>
    public bool IsBetter(in InsideFit other) => Missed != other.Missed ? Missed < other.Missed : Slowest < other.Slowest;

    /// <summary>Whether another fit is nearly as good: then nobody can tell which is right.</summary>
    public bool IsRivalledBy(in InsideFit other) => other.IsGood && other.Missed <= Missed + (Matched / 8) && other.Slowest <= (4 * Slowest) + Jitter;

    public static InsideFit operator +(InsideFit a, InsideFit b) => new(a.Matched + b.Matched, a.Missed + b.Missed, Math.Max(a.Slowest, b.Slowest));

    /// <summary>Tries what one place saw of the tunnel against what one place saw of the connection.</summary>
    /// <param name="cut">The tunnel's packets.</param>
    /// <param name="inside">The connection's.</param>
    /// <param name="heading">Where they go: into the tunnel here, or out of it, or nobody knows.</param>
    /// <param name="used">By the connection's packets: how many of the tunnel's are known to be of them; takes those found.</param>
    /// <param name="strangers">Takes those that are none of them.</param>
    public static InsideFit Of(CutSequence cut, InsideSequence inside, TunnelHeading heading, int[] used, ICollection<CutPacket>? strangers = null)
    {
        var pairs = new List<(int Length, long Cut, long Inside)>();
        var missed = 0;
        foreach (var packet in cut.Packets)
        {
            var (from, to) = Window(packet, heading);
            if (Nearest(packet, inside, from, to, cut.Longest, used) is not (>= 0 and var at))
            {
                strangers?.Add(packet);
                if (packet.Time >= inside.From - Edge && packet.Time <= inside.To + Edge)
                    missed++;
                continue;
            }

            used[at]++;
            pairs.Add((packet.Length, packet.Time, inside.Packets[at].Time));
        }

        return new InsideFit(pairs.Count, missed, SlowestOf(pairs));
    }

    /// <summary>When a packet of the tunnel must have been seen before it went in, or after it came out.</summary>
    public static (long From, long To) Window(in CutPacket packet, TunnelHeading heading) =>
        (heading == TunnelHeading.In ? packet.Time : packet.Time - Stay, heading == TunnelHeading.Out ? packet.Time : packet.Time + Stay);

    /// <summary>Whether a connection has a packet at once before or behind one of the tunnel's, of which none is known to be of it.</summary>
    public static bool HasAtOnce(in CutPacket packet, InsideSequence inside, int longest, int[] used) =>
        Nearest(packet, inside, packet.Time - AtOnce, packet.Time + AtOnce, longest, used) >= 0;

    private static int Nearest(in CutPacket packet, InsideSequence inside, long from, long to, int longest, int[] used)
    {
        var (best, distance) = (-1, long.MaxValue);
        for (var at = inside.At(from); at < inside.Packets.Count && inside.Packets[at].Time <= to; at++)
        {
            var candidate = inside.Packets[at];
            var d = Math.Abs(candidate.Time - packet.Time);
            if (d < distance && used[at] < candidate.Segments(longest) && candidate.MayHave(packet.Length, longest)
                && (packet.InsideIdentification == 0 || packet.InsideIdentification == candidate.Identification || candidate.Length > longest))
                (best, distance) = (at, d);
        }

        return best;
    }

    // Of packets of one length nobody knows which is which: in order.
    private static long SlowestOf(List<(int Length, long Cut, long Inside)> pairs)
    {
        var slowest = 0L;
        foreach (var alike in pairs.GroupBy(static p => p.Length))
        {
            foreach (var (cut, inside) in alike.Select(static p => p.Cut).Zip(alike.Select(static p => p.Inside).Order()))
                slowest = Math.Max(slowest, Math.Abs(cut - inside));
        }

        return slowest;
    }
}

/// <summary>Where a node's packets of a tunnel go.</summary>
internal enum TunnelHeading
{
    Unknown,
    In,
    Out,
}
