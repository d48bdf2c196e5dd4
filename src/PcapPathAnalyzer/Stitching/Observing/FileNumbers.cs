using System.Collections.Concurrent;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>A capture file's own numbers for tuples, tunnels, MAC pairs, legs and trails, while it is read and until they are brought to common ones.</summary>
internal sealed class FileNumbers
{
    public ObservationTables Tables { get; } = new();

    public LegTracker Legs { get; } = new();

    public TrailTable Trails { get; } = new();

    /// <summary>Empty once the file was read.</summary>
    public RecordSorter Records { get; } = new();

    /// <summary>Tuple of the first fragment of each datagram that came in pieces: later ones have no ports.</summary>
    public Dictionary<FragmentKey, int> FirstFragments { get; } = [];

    /// <summary>Later fragments, by datagram: where no file has the first one they stand for themselves.</summary>
    public Dictionary<FragmentKey, LocalLeg> LaterFragments { get; private set; } = [];

    /// <summary>Makes it ready for another file. What was handed out of it must be copied before, later fragments excepted.</summary>
    public void Clear()
    {
        Tables.Clear();
        Legs.Clear();
        Trails.Clear();
        FirstFragments.Clear();
        LaterFragments = [];
    }
}

/// <summary>Numbers of files that are merged serve the next files: tables that grow anew for each cost a page fault per 4 KiB, more than filling them.</summary>
internal sealed class FileNumbersPool
{
    private readonly ConcurrentStack<FileNumbers> idle = [];

    public FileNumbers Rent() => idle.TryPop(out var numbers) ? numbers : new FileNumbers();

    public void Return(FileNumbers numbers)
    {
        numbers.Clear();
        idle.Push(numbers);
    }
}
