namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>Ports a packet may have where dumps do not tell which; inclusive.</summary>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>net.ipv4.ip_local_port_range where it was not dumped (Documentation/networking/ip-sysctl.rst).</summary>
    public static PortRange Ephemeral => new(32768, 60999);

    /// <summary>Where a translation picks a port on its own for one above 1023 (net/netfilter/nf_nat_core.c, nf_nat_l4proto_unique_tuple).</summary>
    public static PortRange Translated => new(1024, 65535);

    public static PortRange Of(ushort port) => new(port, port);

    /// <summary>Is a port of this range within another: yes, no, or only some of them.</summary>
    public Answer Within(ushort first, ushort last) =>
        First >= first && Last <= last ? Answer.Yes : Last < first || First > last ? Answer.No : Answer.Unknown;

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
