using System.Runtime.InteropServices;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching;

/// <summary>One capture point on a flow's way, with what happened to the packets on their way to it: a view of its record.</summary>
public sealed class Hop : IEquatable<Hop>
{
    private readonly HopSlab slab;
    private readonly int index;

    internal Hop(HopSlab slab, int index, int number) => (this.slab, this.index, Number) = (slab, index, number);

    /// <summary>From 1 along the way.</summary>
    public int Number { get; }

    /// <summary>Of a rotated capture the first part, for all of them.</summary>
    public CapturePoint Point => slab.Tables.PointAt(Record.Point);

    /// <summary>The file of <see cref="FirstFrame"/>.</summary>
    public string File => slab.Tables.Points[Record.Point].File;

    /// <summary>The file of <see cref="LastFrame"/>: another one where the capture was rotated meanwhile.</summary>
    public string LastFile => slab.Tables.Points[Record.LastPoint].File;

    /// <summary>Addresses and ports as seen here, in the direction of travel.</summary>
    public Primitives.FiveTuple Tuple => slab.Tables.Tuples[Record.Tuple];

    /// <summary>The tunnel around the packet here; default where there is none.</summary>
    public TunnelKey Tunnel => slab.Tables.Tunnels[Record.Tunnel];

    public bool IsTunnelled => Record.Tunnel != 0;

    public int Packets => Record.Packets;

    public long Bytes => Record.Bytes;

    /// <summary>TTL of the first packet here.</summary>
    public int Ttl => Record.Ttl;

    /// <summary>First frame of the flow here, in <see cref="File"/>.</summary>
    public long FirstFrame => Record.FirstFrame;

    /// <summary>Last frame of the flow here, in <see cref="LastFile"/>.</summary>
    public long LastFrame => Record.LastFrame;

    /// <summary>Median time from the previous hop, corrected clocks, nanoseconds; null for the first hop or where no packet was seen at both.</summary>
    public long? Latency => Record.Latency == HopRecord.NoLatency ? null : Record.Latency;

    /// <summary>What happened between the previous hop and this one, in order.</summary>
    public IReadOnlyList<HopAction> Actions
    {
        get => slab.Actions[index] ?? [];
        internal set => slab.Actions[index] = value;
    }

    internal int TupleNumber => Record.Tuple;

    private ref readonly HopRecord Record => ref slab.Records[index];

    public bool Equals(Hop? other) => other is not null && other.slab == slab && other.index == index;

    public override bool Equals(object? obj) => Equals(obj as Hop);

    public override int GetHashCode() => HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(slab), index);

    public static bool operator ==(Hop? left, Hop? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(Hop? left, Hop? right) => !(left == right);
}

/// <summary>What is kept of a hop. There are as many as flows times capture points: an object for each took more memory than all else.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct HopRecord
{
    public const long NoLatency = long.MinValue;

    public int Tuple;
    public int Tunnel;
    public int Packets;
    public uint FirstFrame;
    public uint LastFrame;

    /// <summary>Capture point of <see cref="FirstFrame"/>.</summary>
    public ushort Point;

    /// <summary>Capture point of <see cref="LastFrame"/>.</summary>
    public ushort LastPoint;
    public byte Ttl;

    /// <summary>Number of the hop that <see cref="Latency"/> is from; 0 for none.</summary>
    public ushort From;
    public long Bytes;
    public long Latency;

    /// <summary>The first frame that is counted here.</summary>
    public void BeginFrames(ushort point, uint frame) => (Point, FirstFrame, LastPoint, LastFrame) = (point, frame, point, frame);

    /// <summary>Any other one, in order or not.</summary>
    public void NoteFrame(ushort point, uint frame, ObservationTables tables)
    {
        if (point == Point)
            FirstFrame = Math.Min(FirstFrame, frame);
        else if (tables.IsEarlier(point, Point))
            (Point, FirstFrame) = (point, frame);
        if (point == LastPoint)
            LastFrame = Math.Max(LastFrame, frame);
        else if (tables.IsEarlier(LastPoint, point))
            (LastPoint, LastFrame) = (point, frame);
    }
}
