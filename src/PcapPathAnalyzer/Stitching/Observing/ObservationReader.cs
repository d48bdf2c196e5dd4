using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>Says whether a frame, from the link layer on, is to be looked at.</summary>
public delegate bool FrameFilter(LinkType linkType, ReadOnlySpan<byte> frame);

/// <summary>Turns the frames of a capture file into observations.</summary>
internal sealed class ObservationReader(CapturePointResolver resolver, FrameDecoder decoder, FrameFilter? filter)
{
    /// <summary>Bytes of payload that count for identity: enough for a DNS transaction and its first label, few enough to survive short snap lengths.</summary>
    private const int HashedBytes = 16;

    /// <summary>Bytes of payload that tell datagrams apart which begin alike, where all of them were captured: <see cref="Observation.WholeHash"/> is of so many at most.</summary>
    internal const int WholeBytes = 256;

    private readonly DecodedFrame frame = new();

    // Observations whose tuples are being looked up, many at a time, in their order.
    private readonly Observation[] waiting = new Observation[InternerBatch<TupleKey>.Capacity];
    private int waitingCount;
    private readonly RecentNumbers<MacPair> macs = new();
    private readonly RecentNumbers<TunnelKey> tunnels = new();
    private readonly CutQuotes cutQuotes = new();

    /// <summary>Reads a file to its end, or as far as it can be read.</summary>
    public void Read(BundleCapture capture, CaptureReading into)
    {
        using var reader = CaptureReader.Open(capture.Open(), capture.File);
        var points = resolver.ForFile(capture, into.Tables.Points);
        try
        {
            CaptureInterface? description = null;
            var described = -1;
            while (reader.TryRead(out var captured))
            {
                if (captured.Interface != described || description is null)
                    (description, described) = (reader.Interfaces[captured.Interface], captured.Interface);
                if (filter is not null && !filter(description.LinkType, captured.Data))
                    continue;
                decoder.Decode(description.LinkType, captured.Data, captured.OriginalLength, frame);
                into.Frames++;
                into.Faults[(int)frame.Fault]++;
                var point = points.Find(captured.Interface, description, frame);
                Count(point, captured);
                if (frame.EtherType == EtherTypes.Arp)
                    into.Resolutions.Note(point, frame.Arp, captured.Number, captured.Time.Nanoseconds);
                if (frame.Count > 0 && !IsOpaqueTunnel())
                    Add(into, point, captured);
                else if (frame.Count > 0)
                    AddOpaque(into, point, captured);
            }
        }
        finally
        {
            AddWaiting(into);
            into.Finish();
            points.Finish(reader.Interfaces);
            into.Problems.AddRange(reader.Problems);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Count(CapturePoint point, in CapturedFrame captured)
    {
        if (point.Frames++ == 0 || captured.Time < point.FirstTime)
            point.FirstTime = captured.Time;
        if (captured.Time > point.LastTime)
            point.LastTime = captured.Time;
        point.Bytes += captured.OriginalLength;
        point.Activity.Note(captured.Time.Nanoseconds);
    }

    // ARP inside a tunnel, or an inside that was not captured: the tunnel's own packet is nobody's flow.
    private bool IsOpaqueTunnel() => (frame.Innermost.Flags & PacketFlags.Tunnel) != 0;

    private void AddOpaque(CaptureReading reading, CapturePoint point, in CapturedFrame captured)
    {
        var tables = reading.Tables;
        ref readonly var outer = ref frame.Innermost;
        var number = tables.Tunnels.Add(new TunnelKey(frame.Link.Encapsulation, frame.Link.Vni, outer.Source, outer.Destination));
        point.TunnelAt(number, tables).Add(captured.OriginalLength, hasIp: false, isCut: frame.Fault == DecodeFault.CutBySnapLength);
        // Of a fragment the headers do not tell how long the packet inside is.
        if (frame.Inside is not { Length: > 0 } inside || outer.IsFragment)
            return;
        var cut = new Observation
        {
            Time = captured.Time.Nanoseconds,
            Frame = (uint)captured.Number,
            Leg = -1,
            Tuple = tables.Tuples.Add(outer.Tuple),
            Tunnel = number,
            Macs = macs.NumberOf(new MacPair(frame.Link.SourceMac, frame.Link.DestinationMac), tables.Macs),
            Kind = ObservationKind.CutInside,
            Identification = outer.Identification,
            PayloadLength = -1,
            Length = inside.Length,
            Point = (ushort)point.Index,
            Flags = PacketFlags.CutBySnapLength,
            Ttl = inside.Ttl,
            InsideIdentification = inside.Identification,
            InsideTuple = tables.Tuples.Add(new FiveTuple(inside.Source, 0, IpAddress.None, inside.IpVersion, inside.Protocol)),
            Heading = HeadingOf(frame),
        };
        reading.AddCutInside(cut);
    }

    private static PacketHeading HeadingOf(DecodedFrame frame) => frame.CookedPacketType switch { < 0 => PacketHeading.Unknown, 4 => PacketHeading.Outgoing, _ => PacketHeading.Incoming };

    // Fragments of a tunnel's packet carry pieces of the packet inside. True where this later one is of a known packet.
    private bool IsPieceOfInside(CaptureReading reading, CapturePoint point, in CapturedFrame captured)
    {
        ref readonly var packet = ref frame.Innermost;
        AddWaiting(reading);
        if (!reading.TryContinue(FragmentKey.Of(packet.Tuple, packet.Identification), out var piece))
            return false;
        piece.Kind = ObservationKind.OuterFragment;
        (piece.Time, piece.Frame, piece.Point, piece.Length) = (captured.Time.Nanoseconds, (uint)captured.Number, (ushort)point.Index, packet.TotalLength);
        point.Packets++;
        reading.Add(ref piece);
        return true;
    }

    private void Add(CaptureReading reading, CapturePoint point, in CapturedFrame captured)
    {
        ref readonly var packet = ref frame.Innermost;
        if (frame.Count == 1 && packet.IsLaterFragment && IsPieceOfInside(reading, point, captured))
            return;
        var tables = reading.Tables;
        ref readonly var last = ref frame.Last;
        var quotedTuple = last.Encapsulation == Encapsulation.IcmpQuote ? QuotedTuple(reading, last) : 0;
        point.Packets++;
        ref var o = ref waiting[waitingCount];
        // Field by field where it is to stay: an initializer makes it elsewhere and copies it, which the processor waits for.
        o.Time = captured.Time.Nanoseconds;
        o.Frame = (uint)captured.Number;
        o.Leg = -1;
        o.Tuple = 0;
        o.Tunnel = packet.Encapsulation == Encapsulation.None ? 0 : Tunnel(tables, packet);
        o.Macs = macs.NumberOf(new MacPair(packet.SourceMac, packet.DestinationMac), tables.Macs);
        o.TcpSequence = packet.TcpSequence;
        o.TcpAcknowledgment = packet.TcpAcknowledgment;
        o.Identification = packet.Identification;
        o.PayloadLength = packet.PayloadLength;
        o.Length = packet.TotalLength;
        o.Point = (ushort)point.Index;
        o.FragmentOffset = packet.FragmentOffset;
        o.TcpFlags = packet.TcpFlags;
        o.Flags = packet.Flags;
        o.Ttl = packet.Ttl;
        o.Settle(packet.IsFragment ? ObservationKind.Fragment : ObservationKind.Packet, HeadingOf(frame));
        if (packet.Protocol == IpProtocol.Tcp)
        {
            o.Window = packet.TcpWindow;
            o.TcpTimestamp = packet.TcpTimestampValue;
        }
        else
        {
            o.Window = 0;
            o.PayloadHash = HashPayload(packet, captured.Data);
            if (packet.PayloadLength >= (packet.IsFragment ? WholeBytes : HashedBytes + 1) && packet.FragmentOffset == 0)
                o.WholeHash = HashWhole(packet, captured.Data);
            if (packet.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6 && packet.HasTransport)
            {
                o.IcmpTypeCode = (ushort)((packet.IcmpType << 8) | packet.IcmpCode);
                o.TcpSequence = packet.IcmpSequence;
                if (packet.Protocol == IpProtocol.Icmpv6)
                    reading.Resolutions.Note(point, packet, captured.Data[Math.Min(packet.TransportOffset, captured.Data.Length)..], captured.Number, captured.Time.Nanoseconds);
            }
        }

        if (last.Encapsulation == Encapsulation.IcmpQuote)
        {
            o.Kind = ObservationKind.IcmpError;
            o.PayloadHash = HashQuote(last);
            o.QuotedTuple = quotedTuple;
        }

        if (o.Tunnel != 0)
            point.TunnelAt(o.Tunnel, tables).Add(captured.OriginalLength, hasIp: true);
        waitingCount++;
        if (tables.Tuples.Ask(packet))
            AddWaiting(reading);
        if (o.Tunnel == 0)
            return;
        foreach (ref readonly var outer in frame.Packets)
        {
            if (outer.HeaderOffset >= packet.HeaderOffset || !outer.IsFragment)
                continue;
            AddWaiting(reading);
            reading.Await(FragmentKey.Of(outer.Tuple, outer.Identification), o);
        }
    }

    private int QuotedTuple(CaptureReading reading, in PacketFacts quoted)
    {
        var tuples = reading.Tables.Tuples;
        if (!CutQuotes.IsCut(quoted))
            return tuples.Add(quoted.Tuple);
        AddWaiting(reading);
        return cutQuotes.Find(quoted, tuples) is > 0 and var known ? known : tuples.Add(quoted.Tuple);
    }

    private void AddWaiting(CaptureReading reading)
    {
        var tuples = reading.Tables.Tuples.Answer();
        for (var i = 0; i < waitingCount; i++)
        {
            waiting[i].Tuple = tuples[i];
            reading.Add(ref waiting[i]);
        }

        waitingCount = 0;
    }

    private int Tunnel(ObservationTables tables, in PacketFacts inner)
    {
        // The header just outside the innermost travelling packet.
        ref readonly var outer = ref frame.Packets[0];
        foreach (ref readonly var p in frame.Packets)
        {
            if (p.HeaderOffset >= inner.HeaderOffset)
                break;
            outer = ref p;
        }

        return tunnels.NumberOf(new TunnelKey(inner.Encapsulation, inner.Vni, outer.Source, outer.Destination), tables.Tunnels);
    }

    // 0 says "not known": fewer bytes were captured than a complete copy would hash.
    private static uint HashPayload(in PacketFacts packet, ReadOnlySpan<byte> data)
    {
        var length = Math.Min(HashedBytes, packet.PayloadLength);
        if (length == 0)
            return 1;
        if (packet.PayloadOffset + length > data.Length)
            return 0;
        var hash = 2166136261u; // FNV-1a
        foreach (var b in data.Slice(packet.PayloadOffset, length))
            hash = (hash ^ b) * 16777619;
        return hash == 0 ? 1 : hash;
    }

    // What a quoted packet keeps when the error about it is translated with it (nf_nat_icmp_reply_translation).
    private static uint HashQuote(in PacketFacts quoted)
    {
        var hash = Mixed(((ulong)quoted.Identification << 32) | (uint)quoted.TotalLength);
        hash = Mixed(hash ^ ((ulong)quoted.TcpSequence << 32) ^ ((ulong)quoted.FragmentOffset << 16) ^ ((ulong)quoted.Protocol << 8) ^ quoted.Ttl);
        return Math.Max(1, (uint)(hash >> 32) ^ quoted.IcmpSequence);
    }

    private static uint HashWhole(in PacketFacts packet, ReadOnlySpan<byte> data)
    {
        var length = Math.Min(WholeBytes, packet.PayloadLength);
        if (packet.PayloadOffset + length > data.Length)
            return 0;
        var rest = data.Slice(packet.PayloadOffset, length);
        var hash = (ulong)length;
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
            hash = Mixed(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(rest));
        foreach (var b in rest)
            hash = Mixed(hash ^ b);
        return Math.Max(1, (uint)(hash >> 32));
    }

    private static ulong Mixed(ulong hash) => System.Numerics.BitOperations.RotateLeft(hash * 0x9E3779B97F4A7C15UL, 29);
}
