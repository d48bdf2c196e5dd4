using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>The packets of one direction at one hop, in the order in which they were captured.</summary>
/// <param name="Key">What tells it from other hops.</param>
/// <param name="First">The trail that was seen first; nearly always all there is.</param>
/// <param name="Records">All of the hop's packets; times as the capture says.</param>
/// <param name="Parts">Where captures were rotated, all trails one after the other; null where there is one.</param>
internal readonly record struct AlignedHop(HopKey Key, TrailPackets First, ReadOnlyMemory<PacketRecord> Records, List<TrailPackets>? Parts)
{
    public int Count => Parts?.Sum(static p => p.Records.Length) ?? Records.Length;

    public int LastFile => Parts is null ? First.File : Parts[^1].File;

    public Trail Trail => First.Trail;

    /// <summary>With the packets of the next file of a rotated capture; <see cref="Records"/> lack them until they are joined.</summary>
    public AlignedHop With(in TrailPackets next) => this with { Parts = Parts is null ? [First, next] : [.. Parts, next] };

    /// <summary>All packets in one piece of memory.</summary>
    public AlignedHop Joined(TransmissionMemory memory)
    {
        if (Parts is null)
            return this;
        var joined = memory.TakeRecords(Count);
        var at = 0;
        foreach (var part in Parts)
        {
            part.Records.CopyTo(joined[at..]);
            at += part.Records.Length;
        }

        return this with { Records = joined };
    }

    /// <summary>The first packet as an observation, its time on the reference clock.</summary>
    public Observation FirstPacket(ClockTable clocks)
    {
        var o = Records.Span[0].On(Trail);
        o.Time = clocks.Correct(o.Point, o.Time);
        return o;
    }

    /// <summary>All packets as observations, their times on the reference clock.</summary>
    /// <param name="into">Takes them.</param>
    /// <param name="first">The place of the first one.</param>
    /// <param name="step">From there to each next one.</param>
    /// <param name="clocks">Of the capture points.</param>
    public void Put(Observation[] into, int first, int step, ClockTable clocks)
    {
        var records = Records.Span;
        var (trail, part, end) = (Trail, 0, Parts?[0].Records.Length ?? records.Length);
        for (var i = 0; i < records.Length; i++)
        {
            while (i == end)
            {
                trail = Parts![++part].Trail;
                end += Parts[part].Records.Length;
            }

            ref var o = ref into[first + (i * step)];
            o = records[i].On(trail);
            o.Time = clocks.Correct(o.Point, o.Time);
        }
    }
}
