using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Insides;

/// <summary>
/// Packets of one tunnel that have the same outer ports, and of which the snap length left no inside. The kernel makes the source port from a
/// hash of the flow inside (udp_flow_src_port in include/net/udp.h), so that they are one direction of one connection, but for chance: the hash
/// of fragments is of their addresses alone, and one connection's port may be another's after it.
/// </summary>
internal sealed class CutFlow(int tuple, int tunnel)
{
    /// <summary>What follows sooner is sent at once; nanoseconds.</summary>
    private const long Pause = 1_000_000;

    /// <summary>Index of the outer tuple.</summary>
    public int Tuple { get; } = tuple;

    public int Tunnel { get; } = tunnel;

    /// <summary>What is seen of it, place by place.</summary>
    public List<CutSequence> Places { get; } = new(2);

    /// <summary>Packets, each at each place.</summary>
    public int Count => Places.Sum(static p => p.Packets.Count);

    /// <summary>True for what one place saw in some stretch of time only.</summary>
    public bool IsPart { get; private init; }

    /// <summary>The places one by one, as their clocks differ; what is of one place, before and after its longest pause. Nothing where there is none.</summary>
    public IEnumerable<CutFlow> Parts()
    {
        if (!IsPart)
            return Places.Select(p => Part(p.Place, p.Clock, p.Packets));
        var (place, packets) = (Places[0], Places[0].Packets);
        var (longest, before) = (Pause, 0);
        for (var i = 1; i < packets.Count; i++)
        {
            if (packets[i].Time - packets[i - 1].Time is var pause && pause > longest)
                (longest, before) = (pause, i);
        }

        return before == 0 ? [] : [Part(place.Place, place.Clock, packets[..before]), Part(place.Place, place.Clock, packets[before..])];
    }

    /// <summary>What is left without some packets, place by place and in one piece each; and these packets one by one.</summary>
    public (List<CutFlow> Own, List<CutFlow> Others) Without(HashSet<CutPacket> strangers)
    {
        var (own, others) = (new List<CutFlow>(), new List<CutFlow>());
        foreach (var place in Places)
        {
            var begin = 0;
            for (var i = 0; i <= place.Packets.Count; i++)
            {
                var isStranger = i < place.Packets.Count && strangers.Contains(place.Packets[i]);
                if (i < place.Packets.Count && !isStranger)
                    continue;
                if (i > begin)
                    own.Add(Part(place.Place, place.Clock, place.Packets[begin..i]));
                if (isStranger)
                    others.Add(Part(place.Place, place.Clock, [place.Packets[i]]));
                begin = i + 1;
            }
        }

        return (own, others);
    }

    // In order and each once already.
    private CutFlow Part(int place, string clock, List<CutPacket> packets)
    {
        var part = new CutFlow(Tuple, Tunnel) { IsPart = true };
        part.Places.Add(new CutSequence(place, clock, packets));
        return part;
    }

    public void Add(in Observation o, ObservationTables tables)
    {
        var place = tables.PlaceOf(o.Point);
        var at = Places.FindIndex(p => p.Place == place);
        if (at < 0)
        {
            at = Places.Count;
            Places.Add(new CutSequence(place, tables.Points[place].Clock, []));
        }

        Places[at].Packets.Add(new CutPacket(o.Time, o.Length, o.Identification, o.InsideIdentification, o.InsideTuple, o.Macs));
    }
}

/// <summary>The packets of a <see cref="CutFlow"/> at one place, in order of time, each once.</summary>
internal sealed class CutSequence(int place, string clock, List<CutPacket> packets)
{
    /// <summary>A capture shows a frame twice within this time; nanoseconds. Outer identifications count on and come again much later.</summary>
    private const long Echo = 100_000_000;

    private int? longest;

    public int Place { get; } = place;

    public string Clock { get; } = clock;

    public List<CutPacket> Packets { get; } = packets;

    /// <summary>The longest packet: what is longer elsewhere is in segments here.</summary>
    public int Longest => longest ??= Packets.Max(static p => p.Length);

    public void Settle()
    {
        Packets.Sort(static (a, b) => a.Time.CompareTo(b.Time));
        var last = new Dictionary<(uint Identification, int Length), long>();
        Packets.RemoveAll(p =>
        {
            var isEcho = p.Identification != 0 && last.TryGetValue((p.Identification, p.Length), out var time) && p.Time - time < Echo;
            last[(p.Identification, p.Length)] = p.Time;
            return isEcho;
        });
        longest = null;
    }
}

/// <summary>One of a tunnel's packets that was cut.</summary>
/// <param name="Time">As the capture says, nanoseconds.</param>
/// <param name="Length">Of the IP packet inside.</param>
/// <param name="Identification">Of the outer packet.</param>
/// <param name="InsideIdentification">Of the packet inside; 0 where it is not known.</param>
/// <param name="InsideTuple">As <see cref="Observation.InsideTuple"/>.</param>
/// <param name="Macs">Around the packet inside; 0 where they are not known.</param>
internal readonly record struct CutPacket(long Time, int Length, uint Identification, ushort InsideIdentification, int InsideTuple, int Macs);
