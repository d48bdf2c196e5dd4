using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Matching;

namespace PcapPathAnalyzer.Stitching;

/// <summary>The packets of one direction and the way they took.</summary>
public sealed class FlowDirection
{
    private IReadOnlyList<Transmission>? transmissions = [];
    private AlignedPackets? aligned;
    private int firstNumber = 1;

    public static FlowDirection Empty { get; } = new();

    /// <summary>In path order.</summary>
    public HopList Hops { get; init; } = HopList.Empty;

    /// <summary>Transmissions; a retransmission counts again.</summary>
    public int Packets { get; init; }

    /// <summary>TCP segments that repeat bytes (or a SYN or FIN) already sent.</summary>
    public int Retransmissions { get; internal set; }

    /// <summary>Transmissions that repeat the last byte, as keep-alives do; such as was not acknowledged then is a retransmission all the same.</summary>
    internal int KeepAlives { get; init; }

    /// <summary>Packets equal to the one before, right behind it, at the only place that saw them: sent twice, as they are counted, or captured twice.</summary>
    public int MayBeTwice { get; init; }

    /// <summary>Packets, cut by the snap length or equal to others without an identification, that may be of one or another transmission, as far as times tell; they are counted by themselves.</summary>
    public int MayBeSeveral { get; init; }

    /// <summary>On the reference clock, nanoseconds; later than <see cref="LastTime"/> where there are no packets.</summary>
    internal long FirstTime { get; init; } = long.MaxValue;

    internal long LastTime { get; init; } = long.MinValue;

    /// <summary>False where the packets themselves were not kept: a healthy flow among very many.</summary>
    public bool PacketsKept { get; private set; } = true;

    /// <summary>What all packets together show.</summary>
    internal DirectionSummary Summary { get; init; }

    /// <summary>In order of their first observation; empty where they were let go (<see cref="PacketsKept"/>).</summary>
    internal IReadOnlyList<Transmission> Transmissions
    {
        get => transmissions ??= Make();
        init => transmissions = value;
    }

    /// <summary>Packets from which transmissions are made only when somebody asks for them.</summary>
    internal AlignedPackets? Aligned
    {
        init => (aligned, transmissions) = (value, null);
    }

    /// <summary>Numbers the transmissions, and says which number comes after them.</summary>
    /// <param name="next">The first one's.</param>
    internal int Number(int next)
    {
        if (transmissions is null)
        {
            firstNumber = next;
            return next + Packets;
        }

        foreach (var t in transmissions)
            t.Number = next++;
        return next;
    }

    /// <summary>Keeps the packets, apart from the memory they were matched in.</summary>
    internal void KeepPackets()
    {
        foreach (var t in Transmissions)
            t.Detach();
        aligned = null;
    }

    internal void DropPackets()
    {
        PacketsKept = transmissions is { Count: 0 };
        transmissions = [];
        aligned = null;
    }

    private List<Transmission> Make()
    {
        var made = aligned!.Make();
        for (var k = 0; k < made.Count; k++)
            made[k].Number = firstNumber + k;
        return made;
    }
}
