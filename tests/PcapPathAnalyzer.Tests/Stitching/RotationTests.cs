using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Tests.Stitching;

public sealed class RotationTests
{
    [Test]
    public void Parts_of_a_rotated_capture_are_one_place_and_captures_at_one_time_are_two()
    {
        var tables = new ObservationTables();
        Add(tables, "node-a", "eth0", 100, 200);
        Add(tables, "node-a", "eth0", 300, 400);
        Add(tables, "node-a", "eth0", 200, 300);
        Add(tables, "node-a", "cni0", 400, 500);
        Add(tables, "node-b", "eth0", 400, 500);
        Add(tables, "node-c", "eth0", 100, 300);
        Add(tables, "node-c", "eth0", 200, 400);
        tables.SharePlaces();
        Assert.That(Enumerable.Range(0, tables.Points.Count).Select(tables.PlaceOf), Is.EqualTo(new[] { 0, 0, 0, 3, 4, 5, 6 }));
    }

    private static void Add(ObservationTables tables, string ns, string name, long first, long last) => tables.Points.Add(new CapturePoint
    {
        Index = tables.Points.Count,
        Namespace = ns,
        Interface = name,
        File = $"{ns}/{name}.pcap{tables.Points.Count}",
        Reason = "test",
        Frames = 2,
        FirstTime = new Timestamp(first),
        LastTime = new Timestamp(last),
    });
}
