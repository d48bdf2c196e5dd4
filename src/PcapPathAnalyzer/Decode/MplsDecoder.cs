using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>MPLS label stacks (RFC 3032).</summary>
internal static class MplsDecoder
{
    public static Next Decode(ref Walk walk)
    {
        while (true)
        {
            if (!MplsLabel.TryRead(walk.Rest, out var label))
                return walk.Short(MplsLabel.Length);
            walk.Skip(MplsLabel.Length);
            if (label.IsBottomOfStack)
                break;
        }

        // Nothing names what follows the last label: IP shows its version (RFC 4928), a pseudowire begins with a nibble of 0.
        var rest = walk.Rest;
        if (rest.IsEmpty)
            return walk.Short(1);
        switch (rest[0] >> 4)
        {
            case 4:
                return Next.Ipv4;
            case 6:
                return Next.Ipv6;
            case 0 when rest.Length > 4 && rest[0] == 0 && rest[1] == 0:
                walk.Skip(4);
                return Next.Ethernet;
            default:
                return walk.FailAtLink();
        }
    }
}
