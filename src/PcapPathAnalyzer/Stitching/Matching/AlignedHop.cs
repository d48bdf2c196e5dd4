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

    /// <summary>A packet as an observation, its time on the reference clock.</summary>
    public Observation At(int index, ClockTable clocks)
    {
        var trail = Trail;
        var left = index;
        for (var p = 0; Parts is not null && p < Parts.Count; p++)
        {
            trail = Parts[p].Trail;
            if (left < Parts[p].Records.Length)
                break;
            left -= Parts[p].Records.Length;
        }

        var o = Records.Span[index].On(trail);
        o.Time = clocks.Correct(o.Point, o.Time);
        return o;
    }
}
