using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter.Nftables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>
/// Packets that are masqueraded because of a mark and keep it: a VXLAN device hands the mark on to the outer packet, which is then masqueraded
/// too, and older kernels send it with a wrong UDP checksum (kubernetes/kubernetes pull request 92035).
/// </summary>
internal sealed class MarkAfterMasquerade : IDumpCheck
{
    private static readonly CheckCode Code = new("mark-survives-masquerade", Severity.Warning, "Packets are masqueraded for their mark and keep it, so VXLAN's outer packet is masqueraded too; with checksum offload older kernels send it with a wrong checksum.");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var ns in dumps.Namespaces)
        {
            if (ns.Interfaces.FirstOrDefault(i => i.IsVxlan) is not { } tunnel)
                continue;
            foreach (var chain in ns.Tables.Where(t => t.Name == "nat").SelectMany(t => t.Chains.Values))
            {
                if (Find(chain) is var (rule, mark))
                    yield return Remark(ns, tunnel, rule, mark, $"-j MARK --xor-mark 0x{mark:x}");
            }

            foreach (var chain in NftTables.Walked(ns).SelectMany(static t => t.Chains.Values))
            {
                if (NftMasqueradeMarks.Find(chain) is var (rule, mark))
                    yield return Remark(ns, tunnel, rule, mark, $"meta mark set meta mark ^ 0x{mark:x}");
            }
        }
    }

    private static DumpRemark Remark(NetworkNamespace ns, NetworkInterface tunnel, NetfilterRule rule, uint mark, string cure) => Code.At(
        ns, rule.Location,
        $"{rule.Chain} masquerades packets with mark 0x{mark:x} and leaves the mark on them, so the outer packets of {tunnel} are masqueraded too ({Words.At(tunnel.Link.Location)}); clear it before: {cure}",
        tunnel.Link.Location);

    private static (IptablesRule Rule, uint Mark)? Find(IptablesChain chain)
    {
        uint required = 0; // what every packet here has: `! --mark M -j RETURN` sent the others away
        foreach (var rule in chain.Rules)
        {
            switch (rule.Target)
            {
                case ReturnTarget when rule.Matches.Where(m => m is not CommentMatch).ToList() is [MarkMatch { IsConnection: false, Negated: true } mark] && mark.Value == mark.Mask:
                    required |= mark.Value;
                    break;
                case MarkTarget change:
                    required &= (~change.Clear & ~change.Xor) | (change.Clear & change.Xor); // bits that stay set
                    break;
                case NatTarget { Translation: NatKind.Masquerade }:
                    var own = rule.Matches.OfType<MarkMatch>().FirstOrDefault(m => m is { IsConnection: false, Negated: false, Value: not 0 })?.Value ?? 0;
                    // What goes out into the world or comes from it is no tunnel's outer packet.
                    if ((own | required) != 0 && !rule.Matches.Any(m => m is AddressMatch or InterfaceMatch))
                        return (rule, own | required);
                    break;
            }
        }

        return null;
    }
}
