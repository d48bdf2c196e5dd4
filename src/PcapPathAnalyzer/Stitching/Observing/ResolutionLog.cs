using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>Who was asked for by ARP (RFC 826) or neighbour discovery (RFC 4861) at a capture point, and who answered.</summary>
internal sealed class Resolution
{
    /// <summary>Answers by two interfaces this close together are about one question, nanoseconds.</summary>
    private const long Together = 1_000_000_000;

    private readonly List<ResolutionAnswer> answers = [];

    public required CapturePoint Point { get; init; }

    public required IpAddress Address { get; init; }

    /// <summary>Questions, each frame one.</summary>
    public int Questions { get; private set; }

    /// <summary>As captured, nanoseconds.</summary>
    public long FirstQuestion { get; private set; }

    public long LastQuestion { get; private set; }

    /// <summary>Frames of the first questions, at most three.</summary>
    public List<long> QuestionFrames { get; } = [];

    /// <summary>One per MAC address, in the order they were first seen.</summary>
    public IReadOnlyList<ResolutionAnswer> Answers => answers;

    /// <summary>Two MAC addresses answered at one time; a move of the address from one to the other is not that.</summary>
    public bool IsContested { get; private set; }

    public void Ask(long frame, long time)
    {
        if (Questions++ == 0)
            FirstQuestion = time;
        LastQuestion = time;
        if (QuestionFrames.Count < 3)
            QuestionFrames.Add(frame);
    }

    public void Answer(MacAddress mac, long frame, long time)
    {
        IsContested |= answers.Exists(a => a.Mac != mac && Math.Abs(time - a.LastTime) < Together);
        if (answers.Find(a => a.Mac == mac) is { } known)
            known.LastTime = time;
        else if (answers.Count < 8)
            answers.Add(new ResolutionAnswer(mac, frame) { LastTime = time });
    }
}

/// <summary>An interface that answered for an address, and the first frame in which it did.</summary>
internal sealed record ResolutionAnswer(MacAddress Mac, long Frame)
{
    /// <summary>As captured, nanoseconds.</summary>
    public long LastTime { get; set; }
}

/// <summary>The resolutions of one capture file. A scan of a large network cannot fill the memory: addresses beyond a bound are left out.</summary>
internal sealed class ResolutionLog
{
    private const int MostAddresses = 65536;
    private const int Request = 1, Reply = 2, Solicitation = 135, Advertisement = 136;

    private readonly Dictionary<(CapturePoint Point, IpAddress Address), Resolution> seen = [];

    public IEnumerable<Resolution> All => seen.Values;

    public void Note(CapturePoint point, in ArpFacts arp, long frame, long time)
    {
        // An announcement asks for its own sender's address; a probe (RFC 5227) has no sender.
        if (arp.Operation == Request && arp.SenderAddress != arp.TargetAddress && !arp.SenderAddress.IsUnspecified)
            Find(point, arp.TargetAddress)?.Ask(frame, time);
        else if (arp.Operation == Reply && arp.SenderAddress != arp.TargetAddress)
            Find(point, arp.SenderAddress)?.Answer(arp.SenderMac, frame, time);
    }

    /// <param name="point">Where it was seen.</param>
    /// <param name="packet">An ICMPv6 packet.</param>
    /// <param name="message">From its ICMPv6 header on.</param>
    /// <param name="frame">Number in the file.</param>
    /// <param name="time">As captured.</param>
    public void Note(CapturePoint point, in PacketFacts packet, ReadOnlySpan<byte> message, long frame, long time)
    {
        if (packet.IcmpType is not (Solicitation or Advertisement) || message.Length < 24)
            return;
        var target = IpAddress.ReadIpv6(message[8..]);
        if (packet.IcmpType == Advertisement)
            Find(point, target)?.Answer(packet.SourceMac, frame, time);
        else if (!packet.Source.IsUnspecified)
            Find(point, target)?.Ask(frame, time);
    }

    private Resolution? Find(CapturePoint point, IpAddress address)
    {
        if (seen.TryGetValue((point, address), out var known))
            return known;
        if (seen.Count >= MostAddresses)
            return null;
        var resolution = new Resolution { Point = point, Address = address };
        seen.Add((point, address), resolution);
        return resolution;
    }
}
