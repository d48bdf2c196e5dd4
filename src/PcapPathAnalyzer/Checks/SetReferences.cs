using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Checks;

/// <summary>Rules that ask an IP set which is not in the dumps.</summary>
internal sealed class SetReferences : IDumpCheck
{
    private static readonly CheckCode Code = new("absent-ipset", Severity.Warning, "A rule asks an IP set that the ipset dump does not have (an info where no ipset was dumped: then such rules stay undecided).");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var ns in dumps.Namespaces)
        {
            // The sets of a pod's namespace are not its node's.
            var asked = ns.Tables.SelectMany(t => t.Chains.Values).SelectMany(c => c.Rules)
                .SelectMany(r => r.Matches.OfType<SetMatch>().Select(m => (m.Set, Rule: r))).Where(a => !ns.IpSets.ContainsKey(a.Set)).DistinctBy(a => a.Set).ToList();
            if (asked.Count == 0)
                continue;
            if (ns.IpSets.Count == 0)
            {
                yield return Code.At(ns, asked[0].Rule.Location, Severity.Info, $"{ns} has no ipset dump, so rules that ask {Words.Some(asked.ConvertAll(a => a.Set))} stay undecided (ipset save tells)");
                continue;
            }

            foreach (var (set, rule) in asked)
                yield return Code.At(ns, rule.Location, $"{rule.Chain} asks the IP set {set}, which the ipset dump of {ns} does not have");
        }
    }
}
