using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>Packets of one direction as <see cref="AlignedCopies"/> found them, from which transmissions are made when somebody asks; good until their memory serves another partition.</summary>
internal sealed class AlignedPackets(TransmissionMemory memory, Observation[] items, ArraySegment<int> cells, int packets, bool isReply)
{
    /// <summary>A transmission per packet, in order of time.</summary>
    public List<Transmission> Make()
    {
        var hops = cells.Count / packets;
        var made = new List<Transmission>(packets);
        var (sorted, numbers, used) = memory.Take(cells.Count);
        for (var k = 0; k < packets; k++)
        {
            var start = used;
            for (var hop = 0; hop < hops; hop++)
            {
                sorted[used] = items[cells[(hop * packets) + k]];
                numbers[used++] = (ushort)(hop + 1);
            }

            made.Add(Transmission.Of(new ArraySegment<Observation>(sorted, start, hops), new ArraySegment<ushort>(numbers, start, hops), isReply));
        }

        return made;
    }
}
