namespace PcapPathAnalyzer.Wire;

/// <summary>PPP protocol numbers (RFC 1661, IANA) that are followed.</summary>
public static class PppProtocols
{
    public const ushort Ipv4 = 0x0021;
    public const ushort Ipv6 = 0x0057;
    public const ushort Mpls = 0x0281;
    public const ushort MplsMulticast = 0x0283;
}
