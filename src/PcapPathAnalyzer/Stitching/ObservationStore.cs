using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

/// <summary>All observations of a bundle in blocks (no copy on growth), and the interned values they refer to.</summary>
public sealed class ObservationStore
{
    private const int BlockBits = 14;
    private const int BlockSize = 1 << BlockBits;
    private readonly List<Observation[]> blocks = [];

    public FlowTable Tuples { get; } = new();

    public Interner<TunnelKey> Tunnels { get; } = new();

    public Interner<MacPair> Macs { get; } = new();

    public List<CapturePoint> Points { get; } = [];

    public int Count { get; private set; }

    public ref Observation this[int index] => ref blocks[index >> BlockBits][index & (BlockSize - 1)];

    public ref Observation Add()
    {
        if (Count >> BlockBits == blocks.Count)
            blocks.Add(new Observation[BlockSize]);
        return ref this[Count++];
    }
}
