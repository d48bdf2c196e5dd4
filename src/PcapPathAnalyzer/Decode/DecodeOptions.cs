namespace PcapPathAnalyzer.Decode;

/// <summary>What a decoder cannot know from the bytes alone: which UDP ports carry tunnels.</summary>
public sealed record DecodeOptions
{
    /// <summary>IANA's port and the one that Linux, flannel and Cilium use by default. Empty turns VXLAN off.</summary>
    public IReadOnlyCollection<int> VxlanPorts { get; init; } = [4789, 8472];

    /// <summary>VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe).</summary>
    public IReadOnlyCollection<int> VxlanGpePorts { get; init; } = [4790];

    /// <summary>Geneve (RFC 8926).</summary>
    public IReadOnlyCollection<int> GenevePorts { get; init; } = [6081];

    /// <summary>GRE-in-UDP (RFC 8086).</summary>
    public IReadOnlyCollection<int> GrePorts { get; init; } = [4754];

    /// <summary>MPLS-in-UDP (RFC 7510).</summary>
    public IReadOnlyCollection<int> MplsPorts { get; init; } = [6635];

    /// <summary>Ports on which WireGuard messages are looked for: WireGuard's and Calico's, Calico's IPv6, Cilium's.</summary>
    public IReadOnlyCollection<int> WireGuardPorts { get; init; } = [51820, 51821, 51871];
}
