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

    public CapturePoint Point => slab.Tables.Points[Record.Point];

    /// <summary>Addresses and ports as seen here, in the direction of travel.</summary>
    public Primitives.FiveTuple Tuple => slab.Tables.Tuples[Record.Tuple];

    /// <summary>The tunnel around the packet here; default where there is none.</summary>
    public TunnelKey Tunnel => slab.Tables.Tunnels[Record.Tunnel];

    public bool IsTunnelled => Record.Tunnel != 0;

    public int Packets => Record.Packets;

    public long Bytes => Record.Bytes;

    /// <summary>TTL of the first packet here.</summary>
    public int Ttl => Record.Ttl;

    /// <summary>First and last frame of the flow here.</summary>
    public long FirstFrame => Record.FirstFrame;

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
internal struct HopRecord
{
    public const long NoLatency = long.MinValue;

    public int Tuple;
    public int Tunnel;
    public int Packets;
    public uint FirstFrame;
    public uint LastFrame;
    public ushort Point;
    public byte Ttl;
    public long Bytes;
    public long Latency;
}
