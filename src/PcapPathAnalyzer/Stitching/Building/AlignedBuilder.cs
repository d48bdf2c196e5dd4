using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Makes a direction of a flow of aligned copies: hops in path order, counted and timed, as <see cref="DirectionBuilder"/> does of any.</summary>
internal sealed class AlignedBuilder(ObservationTables tables, Network network, ClockTable clocks, HopSlabs slabs)
{
    private readonly AlignedCopies copies = new(tables, clocks);
    private readonly KnownOrders orders = new(tables, network);
    private readonly long[] delays = new long[HopMeter.MaxDelays];
    private Observation[] samples = new Observation[16];
    private int[,] before = new int[16, 16];
    private TransmissionMemory memory = new();

    /// <summary>Where the packets of the next partition are.</summary>
    public void Use(TransmissionMemory next) => memory = next;

    /// <summary>Null where the copies are not aligned.</summary>
    /// <param name="packets">Those of the direction, at least one.</param>
    /// <param name="isReply">True from server to client.</param>
    /// <param name="sender">Namespace the packets come from, where known.</param>
    /// <param name="receiver">Namespace they go to, where known.</param>
    public FlowDirection? Build(DirectionPackets packets, bool isReply, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        if (!copies.TryAlign(packets, memory))
            return null;
        Sample();
        Precede();
        var count = copies.Hops.Count;
        var places = orders.Order(samples.AsSpan(0, count), before, sender, receiver);
        var way = memory.TakeHops(count);
        var list = slabs.Take(count);
        var records = list.Records;
        for (var i = 0; i < count; i++)
        {
            way[i] = copies.Hops[copies.FirstSight[places[i]]];
            records[i] = Count(way[i]);
        }

        Time(places, list);
        return new FlowDirection
        {
            Hops = list,
            Packets = copies.Packets,
            Summary = copies.Summary,
            Aligned = new AlignedPackets(memory, way, clocks, isReply),
            FirstTime = copies.FirstTime,
            LastTime = copies.LastTime,
        };
    }

    private void Sample()
    {
        var count = copies.Hops.Count;
        if (samples.Length < count)
            (samples, before) = (new Observation[count], new int[count, count]);
        for (var i = 0; i < count; i++)
            samples[i] = copies.Hops[copies.FirstSight[i]].FirstPacket(clocks);
    }

    private void Precede()
    {
        var witnesses = Math.Min(DirectionBuilder.Witnesses, copies.Packets);
        for (var a = 0; a < copies.Hops.Count; a++)
        {
            for (var b = a + 1; b < copies.Hops.Count; b++)
            {
                var sum = 0;
                if (ReferenceEquals(tables.Points[samples[a].Point].Clock, tables.Points[samples[b].Point].Clock))
                {
                    var first = copies.Times(copies.FirstSight[a]);
                    var second = copies.Times(copies.FirstSight[b]);
                    for (var k = 0; k < witnesses; k++)
                        sum += second[k].CompareTo(first[k]);
                }

                (before[a, b], before[b, a]) = (sum, -sum);
            }
        }
    }

    private HopRecord Count(in AlignedHop hop)
    {
        var record = new HopRecord
        {
            Tuple = hop.Key.Tuple,
            Tunnel = hop.Key.Tunnel,
            Ttl = hop.Trail.Ttl,
            Packets = hop.Records.Length,
            Latency = HopRecord.NoLatency,
        };
        record.BeginFrames(hop.Trail.Point, hop.Records.Span[0].Frame);
        Count(ref record, hop.First);
        for (var part = 1; part < hop.Parts?.Count; part++)
            Count(ref record, hop.Parts[part]);
        return record;
    }

    private void Count(ref HopRecord record, in TrailPackets part)
    {
        var (bytes, first, last) = (0L, uint.MaxValue, 0u);
        foreach (ref readonly var packet in part.Records.Span)
        {
            bytes += packet.Length;
            first = Math.Min(first, packet.Frame);
            last = Math.Max(last, packet.Frame);
        }

        record.Bytes += bytes;
        record.NoteFrame(part.Trail.Point, first, tables);
        record.NoteFrame(part.Trail.Point, last, tables);
    }

    // As HopMeter.
    private void Time(ReadOnlySpan<int> places, HopList way)
    {
        var records = way.Records;
        for (var i = 1; i < records.Length; i++)
        {
            if (HopBefore.Of(way.Points, i) is not (>= 0 and var from))
                continue;
            var here = copies.Times(copies.FirstSight[places[i]]);
            var there = copies.Times(copies.FirstSight[places[from]]);
            var count = Math.Min(copies.Packets, delays.Length);
            for (var k = 0; k < count; k++)
                delays[k] = here[k] - there[k];
            HopBefore.Tell(ref records[i], from, Median.Of(delays.AsSpan(0, count)), way.PointAt(from), way.PointAt(i));
        }
    }
}
