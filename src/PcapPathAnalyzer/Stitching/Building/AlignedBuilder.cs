using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Makes a direction of a flow of aligned copies: hops in path order, counted and timed, as <see cref="DirectionBuilder"/> does of any.</summary>
internal sealed class AlignedBuilder(ObservationTables tables, Network network, HopSlabs slabs)
{
    private readonly AlignedCopies copies = new(tables);
    private readonly KnownOrders orders = new(tables, network);
    private readonly long[] delays = new long[HopMeter.MaxDelays];
    private Observation[] samples = new Observation[16];
    private int[,] before = new int[16, 16];
    private TransmissionMemory memory = new();

    /// <summary>Where the packets of the next partition are.</summary>
    public void Use(TransmissionMemory next) => memory = next;

    /// <summary>Null where the copies are not aligned.</summary>
    /// <param name="items">Where the observations are; their times are on the reference clock.</param>
    /// <param name="indices">Those of the direction, at least one, each file's in its order.</param>
    /// <param name="isReply">True from server to client.</param>
    /// <param name="sender">Namespace the packets come from, where known.</param>
    /// <param name="receiver">Namespace they go to, where known.</param>
    public FlowDirection? Build(Observation[] items, ReadOnlySpan<int> indices, bool isReply, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        if (!copies.TryAlign(items, indices))
            return null;
        var (hops, packets) = (copies.Hops, copies.Packets);
        Sample(items);
        Precede(items);
        var places = orders.Order(samples.AsSpan(0, hops), before, sender, receiver);
        var cells = memory.TakeCells(indices.Length);
        for (var i = 0; i < hops; i++)
            copies.Cells.AsSpan(copies.FirstSight[places[i]] * packets, packets).CopyTo(cells.AsSpan(i * packets));
        var list = slabs.Take(hops);
        var records = list.Records;
        for (var i = 0; i < hops; i++)
            records[i] = Count(items, cells.AsSpan(i * packets, packets));
        Time(items, cells, records);
        return new FlowDirection
        {
            Hops = list,
            Packets = packets,
            Summary = copies.Summary,
            Aligned = new AlignedPackets(memory, items, cells, packets, isReply),
        };
    }

    private void Sample(Observation[] items)
    {
        if (samples.Length < copies.Hops)
            (samples, before) = (new Observation[copies.Hops], new int[copies.Hops, copies.Hops]);
        for (var i = 0; i < copies.Hops; i++)
            samples[i] = items[copies.Cells[copies.FirstSight[i] * copies.Packets]];
    }

    private void Precede(Observation[] items)
    {
        var witnesses = Math.Min(DirectionBuilder.Witnesses, copies.Packets);
        for (var a = 0; a < copies.Hops; a++)
        {
            for (var b = a + 1; b < copies.Hops; b++)
            {
                var sum = 0;
                if (ReferenceEquals(tables.Points[samples[a].Point].Clock, tables.Points[samples[b].Point].Clock))
                {
                    var (first, second) = (copies.FirstSight[a] * copies.Packets, copies.FirstSight[b] * copies.Packets);
                    for (var k = 0; k < witnesses; k++)
                        sum += items[copies.Cells[second + k]].Time.CompareTo(items[copies.Cells[first + k]].Time);
                }

                (before[a, b], before[b, a]) = (sum, -sum);
            }
        }
    }

    private HopRecord Count(Observation[] items, ReadOnlySpan<int> cells)
    {
        ref readonly var first = ref items[cells[0]];
        var record = new HopRecord
        {
            Tuple = first.Tuple,
            Tunnel = first.Tunnel,
            Ttl = first.Ttl,
            Packets = cells.Length,
            Latency = HopRecord.NoLatency,
        };
        record.BeginFrames(first);
        foreach (var cell in cells)
        {
            ref readonly var o = ref items[cell];
            record.Bytes += o.Length;
            record.NoteFrame(o, tables);
        }

        return record;
    }

    // As HopMeter: from the last hop that is no tap, if at most one tap lies between.
    private void Time(Observation[] items, ArraySegment<int> cells, Span<HopRecord> records)
    {
        var packets = copies.Packets;
        var last = 0;
        for (var i = 1; i < records.Length; i++)
        {
            if (IsTap(records, i))
                continue;
            if (i - last <= 2)
            {
                var count = Math.Min(packets, delays.Length);
                for (var k = 0; k < count; k++)
                    delays[k] = items[cells[(i * packets) + k]].Time - items[cells[(last * packets) + k]].Time;
                delays.AsSpan(0, count).Sort();
                records[i].Latency = delays[count / 2];
            }

            last = i;
        }
    }

    private bool IsTap(Span<HopRecord> records, int i) =>
        i + 1 < records.Length && HopMeter.IsTap(tables.Points[records[i - 1].Point], tables.Points[records[i].Point], tables.Points[records[i + 1].Point]);
}
