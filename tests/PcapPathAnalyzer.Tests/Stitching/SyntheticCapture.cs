using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>Connections played over the synthetic network, and the capture files that saw them.</summary>
internal sealed class SyntheticCapture(long memory = 1 << 28) : IDisposable
{
    private readonly BlockPool pool = new(memory);
    private readonly Network network = SyntheticNetwork.Build();
    private readonly List<SyntheticConnection> connections = [];
    private CaptureReading[]? files;

    /// <summary>When clocks that drift are set right; nanoseconds.</summary>
    public const long Start = 1_000_000_000;

    /// <summary>What the truth calls an observation.</summary>
    public static string Name(Observation o) => $"{o.Point}#{o.Frame}";

    public SyntheticConnection Add(Trouble trouble, long start)
    {
        files ??= SyntheticNetwork.Files(network, pool);
        var connection = new SyntheticConnection([.. files.Select(f => f.Tables)], trouble, start);
        connection.Play();
        connections.Add(connection);
        return connection;
    }

    public StitchResult Stitch(int partition = 1 << 16)
    {
        return new Stitcher(Read(), network, pool) { PartitionSize = partition }.Stitch(() => _ => { }, (flow, _) =>
        {
            flow.Forward.KeepPackets();
            flow.Reply.KeepPackets();
        });
    }

    public Network Network => network;

    /// <summary>What was captured, by common numbers, before it is stitched.</summary>
    public Observations Read()
    {
        Write();
        return ReadingMerger.Merge(files!);
    }

    public void Dispose() => pool.Dispose();

    // Each file in order of its clock, frames counted from 1.
    private void Write()
    {
        for (var point = 0; point < files!.Length; point++)
        {
            var frame = 0u;
            foreach (var (connection, made) in connections.SelectMany(c => c.Made.Where(m => m.Point == point).Select(m => (c, m))).OrderBy(p => p.m.Time))
            {
                var o = made.Value with { Frame = ++frame };
                connection.Transmissions[made.Transmission].Add($"{point}#{frame}");
                files[point].Add(ref o);
            }

            files[point].Finish();
        }
    }
}
