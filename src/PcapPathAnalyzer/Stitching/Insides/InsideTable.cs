using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Insides;

/// <summary>Whose the packets are that the snap length cut inside tunnels, by the tunnels' flows.</summary>
internal sealed class InsideTable(ObservationTables tables, List<LegGroup> groups)
{
    // Stretches in order of place and time.
    private readonly Dictionary<(int Tuple, int Tunnel), List<Stretch>> known = [];

    // By the index of the connection's first leg.
    private readonly Dictionary<int, List<string>> reasons = [];

    /// <param name="flows">The tunnel's flow, or what of it is the connection's.</param>
    /// <param name="inside">Who it is.</param>
    /// <param name="by">How that was found.</param>
    public void Add(List<CutFlow> flows, Inside inside, Candidate by)
    {
        foreach (var flow in flows)
        {
            if (!known.TryGetValue((flow.Tuple, flow.Tunnel), out var stretches))
                known.Add((flow.Tuple, flow.Tunnel), stretches = []);
            var stretch = Stretch.Of(flow, inside);
            stretches.Insert(~stretches.BinarySearch(stretch), stretch);
        }

        Say(by.Way.Group, $"inferred: {flows.Sum(static f => f.Count)} packet(s) that the snap length cut in the tunnel's {tables.Tuples[flows[0].Tuple]} are this connection's, as {tables.Tuples[inside.Tuple]}: in {by.Fit.Matched} sighting(s) they have the lengths and, within {Durations.Text(Math.Max(1, by.Fit.Slowest))}, the times of its packets at {tables.Points[by.Nearest.Place]}, and no other connection's");
    }

    /// <summary>Several connections fit as well, and nothing was joined.</summary>
    public void AddAmbiguous(CutFlow flow, List<int> fitting)
    {
        foreach (var group in fitting)
            Say(group, $"ambiguous: {flow.Count} packet(s) that the snap length cut in the tunnel's {tables.Tuples[flow.Tuple]} have lengths and times of {fitting.Count} connections' packets, of this one, too; not joined");
    }

    /// <summary>Puts a packet that was cut into its leg; it keeps none where nobody knows whose it is.</summary>
    public void Settle(ref Observation o)
    {
        if (!known.TryGetValue((o.Tuple, o.Tunnel), out var stretches))
            return;
        if (Stretch.At(stretches, tables.PlaceOf(o.Point), o.Time) is not { Inside: var inside })
            return;
        (o.Leg, o.Tuple, o.InsideTuple) = (inside.Leg, inside.Tuple, 0);
        if (o.Ttl == 0)
            o.Ttl = inside.Ttl;
    }

    /// <summary>What is to be said of it for a connection.</summary>
    public IEnumerable<string> ReasonsOf(LegGroup group) => reasons.GetValueOrDefault(group.Legs[0].Index) ?? Enumerable.Empty<string>();

    private void Say(int group, string reason)
    {
        var leg = groups[group].Legs[0].Index;
        if (!reasons.TryGetValue(leg, out var list))
            reasons.Add(leg, list = []);
        list.Add(reason);
    }
}

/// <summary>Whose packets are inside a tunnel's flow.</summary>
/// <param name="Leg">Index of the leg.</param>
/// <param name="Tuple">Of the packets, in the direction they travel.</param>
/// <param name="Ttl">That they have in the tunnel, by what they have before or behind it.</param>
internal readonly record struct Inside(int Leg, int Tuple, byte Ttl);

/// <summary>Who is inside a tunnel's flow, at one place and for some time by its clock, or everywhere and always.</summary>
/// <param name="Place">-1 for everywhere.</param>
/// <param name="From">Nanoseconds.</param>
/// <param name="To">Nanoseconds; what a capture shows twice may come a little later.</param>
/// <param name="Inside">Who it is.</param>
internal sealed record Stretch(int Place, long From, long To, Inside Inside) : IComparable<Stretch>
{
    public static Stretch Of(CutFlow flow, Inside inside) => flow.IsPart
        ? new Stretch(flow.Places[0].Place, flow.Places[0].Packets[0].Time, flow.Places[0].Packets[^1].Time, inside)
        : new Stretch(-1, long.MinValue, long.MaxValue, inside);

    /// <summary>The one of some in order, of which no two overlap, that has a moment; null where none has.</summary>
    public static Stretch? At(List<Stretch> stretches, int place, long time)
    {
        if (stretches[0].Place < 0)
            return stretches[0];
        var at = stretches.BinarySearch(new Stretch(place, time, time, default));
        var last = at >= 0 ? at : ~at - 1;
        return last >= 0 && stretches[last] is var s && s.Place == place && time <= s.To ? s : null;
    }

    public int CompareTo(Stretch? other) => other is null ? 1 : Place != other.Place ? Place.CompareTo(other.Place) : From.CompareTo(other.From);
}
