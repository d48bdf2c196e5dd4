using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>
/// What one capture file holds, by numbers of its own: files are read side by side, and what they have in common is found
/// out afterwards (<see cref="ReadingMerger"/>).
/// </summary>
internal sealed class CaptureReading(BlockPool pool, FileNumbers numbers)
{
    private FileNumbers? numbers = numbers;

    /// <summary>Of this file until it is merged.</summary>
    /// <exception cref="InvalidOperationException">It was merged.</exception>
    private FileNumbers Numbers => numbers ?? throw Merged();

    // Fragments follow each other closely; of very many unfinished ones the memory is bounded.
    private const int MaxAwaited = 4096;
    private readonly Dictionary<FragmentKey, Observation> awaited = [];

    public ObservationTables Tables => Numbers.Tables;

    /// <summary>What fits into no trail: fragments, ICMP errors, packets longer than IPv4 can say, tunnels' packets that were cut.</summary>
    public ObservationBlocks Singles { get; } = new(pool);

    /// <summary>All other packets; there once the file was read.</summary>
    public FileRecords Records { get; private set; } = FileRecords.Empty;

    public long Count => Singles.Count + Records.Count;

    public ResolutionLog Resolutions { get; } = new();

    public List<Problem> Problems { get; } = [];

    public long[] Faults { get; } = new long[Enum.GetValues<Decode.DecodeFault>().Length];

    public long Frames { get; set; }

    /// <summary>Puts an observation into its leg and keeps it.</summary>
    public void Add(ref Observation o)
    {
        var own = Numbers;
        o.Leg = own.Legs.Assign(o, own.Tables);
        if (PacketRecord.Fits(o))
        {
            own.Records.Add(own.Trails.Of(o), o, pool);
            return;
        }

        Singles.Add() = o;
        if (o.Kind == ObservationKind.Fragment)
            AddFragment(o);
    }

    /// <summary>Keeps a tunnel's packet of which nobody knows yet whose it is.</summary>
    public void AddCutInside(in Observation o) => Singles.Add() = o;

    /// <summary>The file was read: nothing is added any more.</summary>
    public void Finish() => Records = Numbers.Records.Finish(Numbers.Trails.ToArray(), pool);

    /// <summary>Hands out the file's own numbers, to be merged. They are kept no longer: for other files, or for nobody, they take much memory.</summary>
    public FileNumbers GiveUpNumbers()
    {
        var own = Numbers;
        numbers = null;
        return own;
    }

    /// <summary>Keeps a packet whose tunnel's packet is the first of several fragments, for those that follow.</summary>
    public void Await(in FragmentKey outer, in Observation inside)
    {
        if (awaited.Count >= MaxAwaited)
            awaited.Clear();
        awaited[outer] = inside;
    }

    /// <summary>The packet inside a tunnel's packet of which this frame is a later fragment; false where the first one was not seen.</summary>
    public bool TryContinue(in FragmentKey outer, out Observation inside) => awaited.TryGetValue(outer, out inside);

    private static InvalidOperationException Merged() => new("the file's own numbers were given up when it was merged");

    private void AddFragment(in Observation o)
    {
        var key = FragmentKey.Of(Tables.Tuples[o.Tuple], o.Identification);
        if (o.FragmentOffset == 0)
        {
            Numbers.FirstFragments.TryAdd(key, o.Tuple);
            return;
        }

        ref var later = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(Numbers.LaterFragments, key, out var known);
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
