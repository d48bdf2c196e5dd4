using CsCheck;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>Packets are kept by trail, some of them in temporary files; what comes back is what went in.</summary>
public sealed class TrailProperties
{
    private static readonly Gen<Observation> Packets =
        from time in Gen.Long[0, 1L << 62]
        from numbers in Gen.UInt.Array[4]
        from lengths in Gen.Int[-1, 70_000].Array[2]
        from words in Gen.UShort.Array[3]
        from identification in Gen.Frequency((9, Gen.UInt[0, ushort.MaxValue]), (1, Gen.UInt))
        from tuple in Gen.Int[1, 9]
        from ttl in Gen.Byte
        from heading in Gen.Int[0, 2]
        from kind in Gen.Frequency((9, Gen.Const(ObservationKind.Packet)), (1, Gen.Const(ObservationKind.Fragment)))
        select Make(time, numbers, lengths, words, identification, tuple, ttl, (PacketHeading)heading, kind);

    [Test]
    public void A_record_on_its_trail_is_the_observation()
    {
        var fitting = 0;
        Packets.Sample(o =>
        {
            if (!PacketRecord.Fits(o))
                return true;
            fitting++;
            PacketRecord.Make(o, out var record);
            return Bytes(record.On(Trail.Of(o))).SequenceEqual(Bytes(o));
        }, iter: 20_000);
        Assert.That(fitting, Is.GreaterThan(5_000));
    }

    [Test]
    public void Records_that_are_equal_are_the_same_packet()
    {
        (from a in Packets from b in Packets from same in Gen.Bool select (a, same ? a with { Time = b.Time, Ttl = b.Ttl, Frame = b.Frame } : b)).Sample(pair =>
        {
            var (a, b) = pair;
            if (!PacketRecord.Fits(a) || !PacketRecord.Fits(b))
                return true;
            PacketRecord.Make(a, out var x);
            PacketRecord.Make(b, out var y);
            return !x.IsEqual(y) || (a.IsSamePacket(b) && a.Identity() == b.Identity());
        }, iter: 20_000);
    }

    [TestCase(long.MaxValue, TestName = "All packets of a file come back by trail, in their order")]
    [TestCase(0L, TestName = "All packets of a file come back by trail, in their order, from temporary files")]
    public void Packets_come_back_by_trail(long memory)
    {
        // More than a stretch: each trail lies in several.
        const int count = 600_000;
        using var pool = new BlockPool(memory);
        var (sorter, table) = (new RecordSorter(), new TrailTable());
        var random = new Random(1);
        var expected = new Dictionary<Trail, List<uint>>();
        for (var frame = 1u; frame <= count; frame++)
        {
            var o = new Observation { Frame = frame, Leg = random.Next(300), Tuple = random.Next(3), Ttl = (byte)random.Next(2), Macs = random.Next(20), Kind = ObservationKind.Packet };
            var trail = Trail.Of(o);
            if (!expected.TryGetValue(trail, out var frames))
                expected.Add(trail, frames = []);
            frames.Add(frame);
            sorter.Add(table.Of(o), o, pool);
        }

        var records = sorter.Finish(table.ToArray(), pool);
        Assert.That(records.Count, Is.EqualTo(count));
        Assert.That(records.Trails.Length, Is.EqualTo(expected.Count), "a trail has one number");
        var windows = new SpillWindows();
        for (var t = 0; t < records.Trails.Length; t++)
        {
            var frames = expected[records.Trails[t]];
            Assert.That(Frames(records.Read(t, int.MaxValue, windows, n => new PacketRecord[n])), Is.EqualTo(frames));
            Assert.That(Frames(records.Read(t, 3, windows, n => new PacketRecord[n])), Is.EqualTo(frames.Take(3)), "and no more than are asked for");
        }
    }

    [Test]
    public void Memory_of_records_is_given_back_when_no_later_flow_has_any_there()
    {
        // Three stretches of a file; a trail of its own in each, one that is in all.
        const int count = 700_000;
        var (sorter, table) = (new RecordSorter(), new TrailTable());
        FileRecords records;
        using (var pool = new BlockPool(long.MaxValue))
        {
            for (var frame = 1u; frame <= count; frame++)
            {
                var o = new Observation { Frame = frame, Leg = frame % 1000 == 0 ? 0 : 1 + (int)((frame - 1) / 262_144), Kind = ObservationKind.Packet };
                sorter.Add(table.Of(o), o, pool);
            }

            records = sorter.Finish(table.ToArray(), pool);
            for (var stretch = 0; stretch < 3; stretch++)
                records.NoteReader(Of(1 + stretch), stretch);
            Assert.That(Read(1), Is.Not.Empty);
            records.Pass(0);
            Assert.That(() => Read(1), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(Read(2), Is.Not.Empty);
            Assert.That(() => Read(0), Throws.InstanceOf<ObjectDisposedException>(), "nobody said to read it");
            records.Pass(1);
            Assert.That(() => Read(2), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(Read(3), Is.Not.Empty);
        }

        Assert.That(() => Read(3), Throws.InstanceOf<ObjectDisposedException>(), "all of it goes when the analysis ends");

        int Of(int leg) => Enumerable.Range(0, records.Trails.Length).Single(t => records.Trails[t].Leg == leg);
        uint[] Read(int leg) => Frames(records.Read(Of(leg), int.MaxValue, new SpillWindows(), n => new PacketRecord[n]));
    }

    [Test]
    [Platform("Linux")]
    public void A_temporary_file_has_no_name_that_a_killed_process_could_leave_behind()
    {
        using var file = new SpillFile();
        var block = file.Write<int>([1, 2, 3]);
        var open = Directory.GetFiles("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget ?? "").Where(t => t.StartsWith(Path.Combine(Path.GetTempPath(), "pcappath-"), StringComparison.Ordinal) && t.Contains('(')).ToList();
        Assert.That(open, Is.Not.Empty.And.All.EndsWith(" (deleted)"));
        var read = new int[2];
        block.Read(1, read.AsSpan());
        Assert.That(read, Is.EqualTo(new[] { 2, 3 }));
    }

    [Test]
    public void A_direction_has_each_file_in_its_order_whatever_trail_its_packets_are_on()
    {
        (from files in Gen.Int[1, 3] from frames in Gen.Int[0, 40] from seed in Gen.Int select (files, frames, seed)).Sample(t =>
        {
            var random = new Random(t.seed);
            var packets = new DirectionPackets();
            for (var file = 0; file < t.files; file++)
            {
                var trails = Enumerable.Range(0, 3).Select(_ => new List<PacketRecord>()).ToArray();
                for (var frame = 1u; frame <= t.frames; frame++)
                {
                    var o = new Observation { Frame = frame, Point = (ushort)file, Kind = ObservationKind.Packet };
                    var trail = random.Next(4);
                    PacketRecord.Make(o, out var record);
                    if (trail == 3)
                        packets.Add(file, o);
                    else
                        trails[trail].Add(record);
                }

                foreach (var (trail, n) in trails.Select((r, n) => (r, n)))
                    packets.Add(new TrailPackets(new Trail(0, 1, 0, n, (ushort)file, 64, PacketHeading.Unknown), file, trail.ToArray()));
            }

            var clocks = new ClockTable([], [.. Enumerable.Range(0, t.files).Select(f => new CapturePoint { Index = f, Namespace = "node", Interface = "eth0", File = $"{f}.pcap", Reason = "test" })]);
            return packets.ToObservations(clocks).Take(packets.Count).Select(o => (o.Point, o.Frame))
                .SequenceEqual(Enumerable.Range(0, t.files).SelectMany(f => Enumerable.Range(1, t.frames).Select(n => ((ushort)f, (uint)n))));
        }, iter: 500);
    }

    [Test]
    public void The_median_is_that_of_the_sorted_values() =>
        Gen.Long[-20, 1000].Array[1, 300].Sample(values =>
        {
            var sorted = values.Order().ToArray();
            return Median.Of(values.AsSpan().ToArray()) == sorted[sorted.Length / 2];
        }, iter: 5_000);

    private static uint[] Frames(ReadOnlyMemory<PacketRecord> records)
    {
        var frames = new uint[records.Length];
        for (var i = 0; i < frames.Length; i++)
            frames[i] = records.Span[i].Frame;
        return frames;
    }

    private static ReadOnlySpan<byte> Bytes(in Observation o) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<Observation>(in o)).ToArray();

    private static Observation Make(long time, uint[] numbers, int[] lengths, ushort[] words, uint identification, int tuple, byte ttl, PacketHeading heading, ObservationKind kind) => new()
    {
        Time = time,
        Frame = numbers[0],
        Leg = tuple / 2,
        Tuple = tuple,
        Tunnel = tuple % 3,
        Macs = tuple % 4,
        Point = (ushort)(tuple % 5),
        TcpSequence = numbers[1],
        TcpAcknowledgment = numbers[2],
        RawTimestampOrHash = numbers[3],
        Identification = identification,
        PayloadLength = lengths[0],
        Length = Math.Abs(lengths[1]),
        TcpFlags = (TcpFlags)(words[0] & 0x1FF),
        RawWindowOrIcmp = words[1],
        Flags = (PacketFlags)words[2],
        Ttl = ttl,
        Kind = kind,
        Heading = heading,
    };
}
