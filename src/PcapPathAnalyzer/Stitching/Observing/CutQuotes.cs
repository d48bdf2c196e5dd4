using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>
/// Finds which packets an ICMP error is about where the snap length cut its quote: the first 64 bytes of an Ethernet frame end
/// between the quoted ports.
/// </summary>
internal sealed class CutQuotes
{
    private const int Several = -1;
    private readonly Dictionary<(IpAddress Source, IpAddress Destination, IpProtocol Protocol, ushort SourcePort), int> numbers = [];

    // Tuples from this one on are not noted yet. Number 0 is nobody's.
    private int next = 1;

    /// <summary>True where ports belong to the quoted packet and were not captured.</summary>
    public static bool IsCut(in PacketFacts quoted) => quoted.Protocol.HasPorts() && (quoted.Flags & (PacketFlags.HasTransport | PacketFlags.Fragment)) == 0;

    /// <summary>The number of the only tuple, of those that the file has shown so far, with what is left of the quoted one; 0 where there is none, or several.</summary>
    public int Find(in PacketFacts quoted, TupleTable tuples)
    {
        for (; next < tuples.Count; next++)
        {
            var tuple = tuples[next];
            Note(tuple, tuple.SourcePort);
            Note(tuple, 0);
        }

        return Math.Max(0, numbers.GetValueOrDefault((quoted.Source, quoted.Destination, quoted.Protocol, quoted.SourcePort)));
    }

    private void Note(in FiveTuple tuple, ushort sourcePort)
    {
        var key = (tuple.Source, tuple.Destination, tuple.Protocol, sourcePort);
        if (!numbers.TryAdd(key, next) && numbers[key] != next)
            numbers[key] = Several;
    }
}
