namespace PcapPathAnalyzer.Decode;

/// <summary>Which tunnel a UDP destination port carries.</summary>
internal sealed class UdpTunnels
{
    // A bit per port: 8 KiB that stay in the first-level cache, where the table of a byte per port, asked only where the bit is set, would not.
    private readonly ulong[] any = new ulong[65536 / 64];
    private readonly Next[] kinds = new Next[65536];

    public UdpTunnels(DecodeOptions options)
    {
        Add(options.WireGuardPorts, Next.WireGuard);
        Add(options.MplsPorts, Next.Mpls);
        Add(options.GrePorts, Next.Gre);
        Add(options.GenevePorts, Next.Geneve);
        Add(options.VxlanGpePorts, Next.VxlanGpe);
        Add(options.VxlanPorts, Next.Vxlan);
    }

    /// <summary><see cref="Next.Done"/> where the port carries no tunnel.</summary>
    public Next Find(ushort port) => (any[port >> 6] >> (port & 63) & 1) == 0 ? Next.Done : kinds[port];

    private void Add(IReadOnlyCollection<int> ports, Next kind)
    {
        foreach (var port in ports)
        {
            if (port is < 0 or > 65535)
                throw new ArgumentOutOfRangeException(nameof(ports), port, "a UDP port is 0..65535");
            any[port >> 6] |= 1UL << (port & 63);
            kinds[port] = kind;
        }
    }
}
