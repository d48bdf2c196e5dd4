using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Checks;

/// <summary>Rules of iptables-legacy and of iptables-nft at once: both are asked, and neither tool shows the other's.</summary>
internal sealed class TwoBackends : IDumpCheck
{
    private static readonly CheckCode Code = new("two-iptables-backends", Severity.Warning, "iptables-legacy and iptables-nft both have rules; packets pass both, and each tool shows its own only.");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var ns in dumps.Namespaces)
        {
            foreach (var family in ns.Tables.Where(t => t.Chains.Values.Any(c => c.Rules.Count > 0)).GroupBy(t => t.IpVersion))
            {
                var legacy = family.FirstOrDefault(t => t.Backend == IptablesBackend.Legacy);
                var nft = family.FirstOrDefault(t => t.Backend == IptablesBackend.Nft);
                if (legacy is not null && nft is not null)
                    yield return Code.At(ns, legacy.Location, $"{ns} has rules of iptables-legacy ({legacy.Name} and maybe others) beside those of iptables-nft ({Words.At(nft.Location)}): packets pass both", nft.Location);
            }
        }
    }
}
