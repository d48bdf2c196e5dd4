using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>A connection's packets, by direction. One instance serves one thread, one connection after the other.</summary>
internal sealed class FlowPackets(Observations observations)
{
    private readonly List<Leg> legs = observations.Legs;
    private readonly SpillWindows windows = new();

    public DirectionPackets There { get; } = new();

    public DirectionPackets Back { get; } = new();

    /// <summary>ICMP errors are among them.</summary>
    public bool HasErrors { get; private set; }

    /// <param name="trails">The connection's, file by file.</param>
    /// <param name="singles">What it has on no trail, file by file; times are on the reference clock.</param>
    /// <param name="memory">Where what must be copied is kept.</param>
    public void Take(ReadOnlySpan<TrailNumber> trails, ReadOnlySpan<Observation> singles, TransmissionMemory memory)
    {
        There.Clear();
        Back.Clear();
        HasErrors = false;
        foreach (var number in trails)
        {
            var trail = observations.Trail(number);
            var way = trail.Tuple == legs[trail.Leg].Forward ? There : Back;
            way.Add(new TrailPackets(trail, number.File, observations.Read(number, int.MaxValue, windows, memory.RecordTaker)));
        }

        foreach (ref readonly var o in singles)
        {
            HasErrors |= o.Kind == ObservationKind.IcmpError;
            (legs[o.Leg].IsForward(o) ? There : Back).Add(observations.FileOf(o.Point), o);
        }
    }
}
