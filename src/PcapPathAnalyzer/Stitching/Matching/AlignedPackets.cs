using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>Packets of one direction as <see cref="AlignedCopies"/> found them, from which transmissions are made when somebody asks; good until their memory serves another partition.</summary>
/// <param name="memory">Where transmissions are made.</param>
/// <param name="hops">In path order; the k-th packets of all are one.</param>
/// <param name="clocks">Of the capture points.</param>
/// <param name="isReply">True from server to client.</param>
internal sealed class AlignedPackets(TransmissionMemory memory, ArraySegment<AlignedHop> hops, ClockTable clocks, bool isReply)
{
    /// <summary>A transmission per packet, in order of time.</summary>
    public List<Transmission> Make()
    {
        var packets = hops[0].Records.Length;
        var made = new List<Transmission>(packets);
        var (sorted, numbers, first) = memory.Take(packets * hops.Count);
        for (var hop = 0; hop < hops.Count; hop++)
            hops[hop].Put(sorted, first + hop, hops.Count, clocks);
        for (var start = first; start < first + (packets * hops.Count); start += hops.Count)
        {
            for (var hop = 0; hop < hops.Count; hop++)
                numbers[start + hop] = (ushort)(hop + 1);
            made.Add(Transmission.Of(new ArraySegment<Observation>(sorted, start, hops.Count), new ArraySegment<ushort>(numbers, start, hops.Count), isReply));
        }

        return made;
    }
}
