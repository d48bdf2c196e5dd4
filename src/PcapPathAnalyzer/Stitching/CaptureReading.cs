using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

/// <summary>
/// What one capture file holds, by numbers of its own: files are read side by side, and what they have in common is found
/// out afterwards (<see cref="ReadingMerger"/>).
/// </summary>
internal sealed class CaptureReading(BlockPool pool)
{
    public ObservationTables Tables { get; private set; } = new();

    public ObservationBlocks Observations { get; } = new(pool);

    public LegTracker Legs { get; private set; } = new();

    /// <summary>Tuple of the first fragment of each datagram that came in pieces: later ones have no ports.</summary>
    public Dictionary<FragmentKey, int> FirstFragments { get; } = [];

    /// <summary>Later fragments, by datagram: where no file has the first one they stand for themselves.</summary>
    public Dictionary<FragmentKey, LocalLeg> LaterFragments { get; } = [];

    public ResolutionLog Resolutions { get; } = new();

    public List<Problem> Problems { get; } = [];

    public long[] Faults { get; } = new long[Enum.GetValues<Decode.DecodeFault>().Length];

    public long Frames { get; set; }

    /// <summary>Lets go of the file's own numbers, once all of its observations have the common ones: in a large bundle they are as large as the flows.</summary>
    public void ForgetNumbers()
    {
        Tables = new ObservationTables();
        Legs = new LegTracker();
        FirstFragments.Clear();
        LaterFragments.Clear();
    }

    /// <summary>Puts an observation into its leg and keeps it.</summary>
    public void Add(in Observation observation)
    {
        ref var o = ref Observations.Add();
        o = observation;
        o.Leg = Legs.Assign(o, Tables);
        if (o.Kind != ObservationKind.Fragment)
            return;
        var key = FragmentKey.Of(Tables.Tuples[o.Tuple], o.Identification);
        if (o.FragmentOffset == 0)
        {
            FirstFragments.TryAdd(key, o.Tuple);
            return;
        }

        ref var later = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(LaterFragments, key, out var known);
        if (!known)
            later = new LocalLeg { Forward = o.Tuple, Reverse = Tables.Reverse(o.Tuple), Kind = LegKind.Datagrams, FirstTime = long.MaxValue, LastTime = long.MinValue };
        later.Note(o);
    }
}

/// <summary>What all fragments of a datagram share (RFC 791, RFC 8200 section 4.5).</summary>
internal readonly record struct FragmentKey(IpAddress Source, IpAddress Destination, IpProtocol Protocol, uint Identification)
{
    public static FragmentKey Of(in FiveTuple tuple, uint identification) => new(tuple.Source, tuple.Destination, tuple.Protocol, identification);
}
