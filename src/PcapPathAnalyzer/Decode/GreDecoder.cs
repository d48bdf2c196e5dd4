using System.Buffers.Binary;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>GRE (RFC 2784, RFC 2890), NVGRE (RFC 7637), ERSPAN, and PPTP's variant (RFC 2637).</summary>
internal static class GreDecoder
{
    // RFC 7637 section 3.2: VSIDs 0..0xFFF are reserved, which tells NVGRE's keys (VSID and flow id) from the small keys of Linux gretap devices.
    private const long FirstVsid = 0x1000;

    public static Next Decode(ref Walk walk)
    {
        var rest = walk.Rest;
        if (!GreHeader.TryRead(rest, out var header))
            return walk.Short(GreHeader.MinimumLength);
        if (header.Version > 1)
            return walk.Fail(DecodeFault.BadVersion);
        var length = header.HeaderLength;
        if (length > rest.Length)
            return walk.Short(length);
        long key = header.HasKey ? BinaryPrimitives.ReadUInt32BigEndian(rest[header.KeyOffset..]) : -1;
        walk.Skip(length);
        if (header.HasRouting && !SkipRouting(ref walk))
            return Next.Done;
        return header.Version == 1 ? Pptp(ref walk, header, key) : Payload(ref walk, header, key);
    }

    private static Next Payload(ref Walk walk, GreHeader header, long key)
    {
        switch (header.Protocol)
        {
            case EtherTypes.ErspanII:
                return ErspanII(ref walk, header.HasSequence);
            case EtherTypes.ErspanIII:
                return ErspanIII(ref walk);
        }

        var nvgre = header is { Protocol: EtherTypes.TransparentEthernetBridging, HasKey: true, HasChecksum: false, HasSequence: false } && key >> 8 >= FirstVsid;
        walk.EnterTunnel(nvgre ? Encapsulation.Nvgre : Encapsulation.Gre, nvgre ? key >> 8 : key);
        walk.Type = header.Protocol;
        return Next.EtherType;
    }

    // The key's halves are a payload length and a call id; a packet may only acknowledge.
    private static Next Pptp(ref Walk walk, GreHeader header, long key)
    {
        if (header.Protocol != EtherTypes.Ppp)
            return walk.FailAtLink();
        if (!header.HasSequence)
            return Next.Done;
        walk.EnterTunnel(Encapsulation.Gre, key < 0 ? -1 : key & 0xFFFF);
        return Next.Ppp;
    }

    // Type I has neither a sequence number nor a header of its own.
    private static Next ErspanII(ref Walk walk, bool hasHeader)
    {
        if (!hasHeader)
        {
            walk.EnterTunnel(Encapsulation.Erspan, -1);
            return Next.Ethernet;
        }

        if (!ErspanHeader.TryRead(walk.Rest, out var header))
            return walk.Short(ErspanHeader.Length);
        walk.Skip(ErspanHeader.Length);
        walk.EnterTunnel(Encapsulation.Erspan, header.SessionId);
        return Next.Ethernet;
    }

    // Four bytes more than type II, the last bit of which announces a platform header of eight.
    private static Next ErspanIII(ref Walk walk)
    {
        const int length = 12, platformLength = 8;
        var rest = walk.Rest;
        if (rest.Length < length || !ErspanHeader.TryRead(rest, out var header))
            return walk.Short(length);
        var whole = (rest[length - 1] & 1) != 0 ? length + platformLength : length;
        if (rest.Length < whole)
            return walk.Short(whole);
        walk.Skip(whole);
        walk.EnterTunnel(Encapsulation.Erspan, header.SessionId);

        // The frame type: 0 is Ethernet, 2 an IP packet.
        return (rest[10] >> 2 & 0x1F) switch
        {
            0 => Next.Ethernet,
            2 => Next.AnyIp,
            _ => walk.FailAtLink(),
        };
    }

    // RFC 1701: source route entries, of which the last is empty.
    private static bool SkipRouting(ref Walk walk)
    {
        const int entry = 4;
        while (true)
        {
            var rest = walk.Rest;
            if (rest.Length < entry)
            {
                walk.Short(entry);
                return false;
            }

            int length = rest[3];
            var last = length == 0 && rest[0] == 0 && rest[1] == 0;
            if (entry + length > rest.Length)
            {
                walk.Short(entry + length);
                return false;
            }

            walk.Skip(entry + length);
            if (last)
                return true;
        }
    }
}
