using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Stitching.WholeFlows;

/// <summary>What stitching made of a trial's bundle, held against the truth.</summary>
internal sealed class Verdict
{
    private readonly Trial trial;
    private readonly World world;
    private readonly AnalysisResult result;
    private readonly Dictionary<(string File, long Frame), PacketSighting> sightings = [];
    private readonly Dictionary<(string File, long Frame), int> transmissions;
    private readonly List<string> faults = [];

    private Verdict(Trial trial, string folder)
    {
        this.trial = trial;
        world = new World(trial);
        world.Write(folder);
        result = PathAnalyzer.Analyze(BundleReader.Read(folder), new AnalysisOptions
        {
            Packets = (in PacketSighting s) =>
            {
                if (!sightings.TryAdd((s.Point.File, s.Frame), s))
                    faults.Add($"{s.Point.File}#{s.Frame} is told twice");
            },
        });
        transmissions = Transmissions(world);
    }

    /// <summary>What is wrong; nothing where all is right.</summary>
    public static IReadOnlyList<string> Of(Trial trial)
    {
        using var folder = new TemporaryFolder();
        var verdict = new Verdict(trial, Environment.GetEnvironmentVariable("PCAPPATH_TRIAL_FOLDER") ?? folder.Path);
        verdict.Judge();
        return verdict.faults;
    }

    // Frames that carry the same bytes of one sending are one transmission, and so are those that share such a frame.
    private static Dictionary<(string File, long Frame), int> Transmissions(World world)
    {
        var parent = world.Truth.Keys.ToDictionary(k => k, k => k);
        foreach (var sending in world.Truth.SelectMany(t => t.Value.Seen.Pieces.Select(p => (t.Key, Piece: p))).GroupBy(p => p.Piece.Sending))
        {
            var start = sending.First().Piece.Start;
            (string, long)? last = null;
            var end = 0;
            foreach (var (key, piece) in sending.OrderBy(p => (int)(p.Piece.Start - start)))
            {
                if (last is { } l && (int)(piece.Start - start) < end)
                    parent[Root(key)] = Root(l);
                else
                    end = int.MinValue;
                end = Math.Max(end, (int)(piece.End - start));
                last = key;
            }
        }

        var numbers = new Dictionary<(string, long), int>();
        return world.Truth.Keys.ToDictionary(k => k, k => numbers.TryGetValue(Root(k), out var n) ? n : numbers[Root(k)] = numbers.Count);

        (string File, long Frame) Root((string File, long Frame) key)
        {
            while (parent[key] != key)
                key = parent[key];
            return key;
        }
    }

    private void Judge()
    {
        JudgeFlows();
        JudgePackets();
        JudgeWay();
        JudgeClocks();
        JudgeFrames();
        JudgeInsides();
        if (trial is { Gaps: 0, HasWindows: false, SnapLength: 0, Captured: Way.AllPoints })
            JudgeWhole();
    }

    private void JudgeFlows()
    {
        // What the snap length left no ports of is no connection's, and all between two addresses.
        foreach (var mixed in sightings.GroupBy(s => s.Value.Flow).Where(f => f.Any(s => Truth(s.Key).HasPorts) && f.Select(s => Truth(s.Key).Seen.Sending.Connection).Distinct().Skip(1).Any()))
            faults.Add($"{mixed.Key.Id} mixes connections {Text(mixed.Select(s => Truth(s.Key).Seen.Sending.Connection))}");
        // Where ports are all that is left, packets do not tell that two tuples are one connection.
        foreach (var torn in sightings.Where(s => Truth(s.Key).HasPorts).GroupBy(s => Truth(s.Key).Seen.Sending.Connection).Where(c => c.All(s => Truth(s.Key).HasIdentity) && c.Select(s => s.Value.Flow).Distinct().Skip(1).Any()))
            faults.Add($"connection {torn.Key} is several flows: {string.Join("; ", torn.Select(s => s.Value.Flow).Distinct().Select(f => $"{f.Id} {f.Requested}"))}");
        foreach (var (key, frame) in world.Truth)
        {
            if (frame.HasPorts && !frame.Seen.IsLaterFragment && !sightings.ContainsKey(key))
                faults.Add($"{Text(key)} is of no flow");
        }
    }

    // Without troubles that hide packets, lengths and times tell whose a tunnel's packets are, or it is said that they do not.
    private void JudgeInsides()
    {
        var unknown = world.Truth.Where(t => t.Value.HasNoInside(trial.IsIpv6) && !sightings.ContainsKey(t.Key)).ToList();
        var told = result.CapturePoints.Sum(p => p.Tunnels.Sum(t => t.Cut - t.Inferred));
        if (told != unknown.Count)
            faults.Add($"{told} packets in tunnels are told to be unknown, truth {unknown.Count}");
        var isEasy = trial is { HasCutTunnels: true, TunnelPorts: 0, Loss: 0, Gaps: 0, Twice: 0, Overtaken: 0, HasWindows: false, HasFragments: false, HasOuterFragments: false, Captured: Way.AllPoints };
        if (isEasy && unknown.Count > 0 && !result.Flows.SelectMany(f => f.Joins).Any(j => j.StartsWith("ambiguous: ", StringComparison.Ordinal)))
            faults.Add($"nobody knows whose is {Text(unknown[0].Key)}, and of {unknown.Count - 1} others");
    }

    private void JudgePackets()
    {
        foreach (var mixed in sightings.GroupBy(s => s.Value.PacketId).Where(p => p.Select(s => transmissions[s.Key]).Distinct().Skip(1).Any()))
            faults.Add($"packet {mixed.Key} mixes transmissions: {string.Join(" | ", mixed.GroupBy(s => transmissions[s.Key]).Select(t => string.Join(' ', t.Select(s => Text(s.Key)))))}");
        foreach (var torn in sightings.Where(s => IsKnowable(Truth(s.Key))).GroupBy(s => transmissions[s.Key]).Where(t => t.Select(s => s.Value.PacketId).Distinct().Skip(1).Any()))
            faults.Add($"one transmission is several packets: {string.Join(" | ", torn.GroupBy(s => s.Value.PacketId).Select(p => string.Join(' ', p.Select(s => Text(s.Key)))))}");
        foreach (var (key, sighting) in sightings.Where(s => Truth(s.Key).HasPorts && s.Value.IsReply != Truth(s.Key).Seen.Sending.IsReply))
            faults.Add($"{Text(key)} goes the other way than {(sighting.IsReply ? "reply" : "forward")}");
    }

    // A copy cut inside its headers is told by its IP identification alone, and so is a frame captured twice from a packet
    // that the sender sends twice, as it may datagrams and acknowledgments.
    private bool IsKnowable(Captured frame)
    {
        var packet = frame.Seen.Sending.Packet;
        if (!frame.HasPorts || packet.Identification != 0)
            return frame.HasPorts;
        var mayRepeat = packet.Flags == 0 ? trial.Protocol == IpProtocol.Udp : packet is { Payload.Length: 0, Flags: TcpFlags.Ack };
        // Of equal ones, times tell which is missing, as far as clocks were compared.
        var isKnown = !trial.SendsAlike || (trial is { Loss: 0, Gaps: 0, HasWindows: false } && result.Clocks.Estimates.All(static e => e.Uncertainty is not null));
        return frame.IsWhole && isKnown && (trial.Twice == 0 || !mayRepeat);
    }

    private void JudgeWay()
    {
        foreach (var packet in sightings.GroupBy(s => s.Value.PacketId))
        {
            var points = packet.OrderBy(s => s.Value.Hop).Select(s => Truth(s.Key).Seen.Point).ToList();
            var way = Truth(packet.First().Key).Seen.Sending.IsReply ? points.OrderDescending() : points.Order();
            if (!points.SequenceEqual(way))
                faults.Add($"packet {packet.Key} goes the way {string.Join(' ', points)}");
        }
    }

    // A hop cites its first and its last frame by file and number.
    private void JudgeFrames()
    {
        foreach (var hop in sightings.GroupBy(s => (s.Value.Flow, s.Value.IsReply, s.Value.Hop)))
        {
            var told = (hop.Key.IsReply ? hop.Key.Flow.Reply : hop.Key.Flow.Forward).Hops[hop.Key.Hop - 1];
            var inOrder = hop.Select(s => s.Key).OrderBy(k => Truth(k).Part).ThenBy(k => k.Frame).ToList();
            if ((told.File, told.FirstFrame) != inOrder[0] || (told.LastFile, told.LastFrame) != inOrder[^1])
                faults.Add($"{hop.Key.Flow.Id} at {told.Point} is {told.File}#{told.FirstFrame} to {told.LastFile}#{told.LastFrame}, truth {Text(inOrder[0])} to {Text(inOrder[^1])}");
        }
    }

    private void JudgeClocks()
    {
        if (result.Clocks.Estimates.FirstOrDefault(e => e.Name == "node-b") is not { Uncertainty: not null } estimate)
            return;
        foreach (var (key, sighting) in sightings.Where(s => s.Value.Point.Clock == "node-b"))
        {
            var wrong = Math.Abs(result.Clocks.Correct(sighting.Point.Index, sighting.Time.Nanoseconds) - Truth(key).Seen.Time);
            var claimed = estimate.UncertaintyAt(sighting.Time.Nanoseconds)!.Value;
            if (wrong <= claimed + 1_000)
                continue;
            faults.Add($"node-b's clock at {Text(key)} is {wrong} ns off, {claimed} claimed; {estimate}");
            return;
        }

        faults.AddRange(result.BelowNothing(slack: 1_000));
    }

    // Nothing was kept from the captures: then all is known.
    private void JudgeWhole()
    {
        foreach (var flow in result.Flows)
        {
            var frame = sightings.First(s => s.Value.Flow == flow);
            var ports = Truth(frame.Key).Seen.Sending.Ports;
            var isLocal = Truth(frame.Key).Seen.Sending.IsLocal;
            var (asked, served) = (world.Way.Tuple(isLocal ? Way.Local : 0, ports, isReply: false), world.Way.Tuple(isLocal ? Way.Local : Way.Count - 1, ports, isReply: false));
            var arrived = world.Sendings.Any(s => s.Connection == Truth(frame.Key).Seen.Sending.Connection && s.Reaches == Way.Count);
            if (flow.Requested != asked || (arrived && flow.Served != served))
                faults.Add($"{flow.Id} is {flow.Requested}, served {flow.Served}; truth {asked}, {served}");
            var again = world.Sendings.Count(s => s.IsAgain && !s.IsLocal && s.Connection == Truth(frame.Key).Seen.Sending.Connection);
            if (flow.Retransmissions != again && trial.Merged == 1)
                faults.Add($"{flow.Id} has {flow.Retransmissions} retransmissions, truth {again}");
        }
    }

    private Captured Truth((string File, long Frame) key) => world.Truth[key];

    private string Text((string File, long Frame) key) => $"{key.File}#{key.Frame}({Truth(key).Seen.Point}:{string.Join('+', Truth(key).Seen.Pieces.Select(p => p.Sending))}{(Truth(key).IsWhole ? "" : " cut")})";

    private static string Text(IEnumerable<int> numbers) => string.Join(' ', numbers.Distinct().Order());
}
