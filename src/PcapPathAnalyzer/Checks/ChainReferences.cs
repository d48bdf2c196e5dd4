using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Forwarding.Netfilter.Nftables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>Chains that nothing leads to, and jumps to chains that are not there.</summary>
internal sealed class ChainReferences : IDumpCheck
{
    private static readonly CheckCode Unreachable = new("unreachable-chain", Severity.Info, "No rule leads to a chain that has rules.");
    private static readonly CheckCode Absent = new("absent-chain", Severity.Warning, "A rule jumps to a chain that the dump does not have; the dump is not whole.");

    // Made by the kubelet in every cluster, used or not (pkg/kubelet/kubelet_network_linux.go).
    private static readonly string[] MadeInAdvance = ["KUBE-MARK-DROP", "KUBE-MARK-MASQ", "KUBE-POSTROUTING", "KUBE-FIREWALL"];

    public IReadOnlyList<CheckCode> Codes { get; } = [Unreachable, Absent];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps) =>
        from ns in dumps.Namespaces
        from remark in ns.Tables.Where(static t => !t.IsCut).SelectMany(t => Table(ns, t)).Concat(NftTables.Walked(ns).Where(static t => !t.IsCut).SelectMany(t => Table(ns, t)))
        select remark;

    private static IEnumerable<DumpRemark> Table(NetworkNamespace ns, IptablesTable table)
    {
        var referred = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chain in table.Chains.Values)
        {
            foreach (var rule in chain.Rules)
            {
                if (rule.Target is JumpTarget jump && referred.Add(jump.Name) && (!table.Chains.TryGetValue(jump.Name, out var to) || to.IsAbsent))
                    yield return Absent.At(ns, rule.Location, $"{rule.Chain} jumps to {jump.Name}, which the {table.Name} table does not have");
            }
        }

        foreach (var chain in table.Chains.Values)
        {
            if (chain.Policy is null && !chain.IsAbsent && chain.Rules.Count > 0 && !referred.Contains(chain.Name) && !MadeInAdvance.Contains(chain.Name) && !IsBuiltIn(chain.Name))
                yield return Unreachable.At(ns, chain.Location, $"no rule of the {table.Name} table leads to {chain.Name}, which has {chain.Rules.Count} rule{(chain.Rules.Count == 1 ? "" : "s")}");
        }
    }

    // Rules lead to chains, and so do elements of verdict maps, whether or not a rule asks the map: a proxy fills it and comes back to it.
    private static IEnumerable<DumpRemark> Table(NetworkNamespace ns, NftTable table)
    {
        var referred = new Dictionary<string, SourceLocation>(StringComparer.Ordinal);
        foreach (var rule in table.Chains.Values.SelectMany(static c => c.Rules))
        {
            foreach (var jump in Targets(rule).OfType<JumpTarget>())
                referred.TryAdd(jump.Name, rule.Location);
        }

        foreach (var element in table.Sets.Values.SelectMany(static s => s.Elements.All))
        {
            if (element.Verdict?.Target is JumpTarget jump)
                referred.TryAdd(jump.Name, element.Location);
        }

        foreach (var (name, at) in referred)
        {
            if (!table.Chains.TryGetValue(name, out var to) || to.IsAbsent)
                yield return Absent.At(ns, at, $"something jumps to {name}, which the table {table.Family} {table.Name} does not have");
        }

        foreach (var chain in table.Chains.Values)
        {
            if (chain is { Hook: null, IsAbsent: false, Rules.Count: > 0 } && !referred.ContainsKey(chain.Name) && !IsBuiltIn(chain.Name))
                yield return Unreachable.At(ns, chain.Location, $"no rule of the table {table.Family} {table.Name} leads to {chain.Name}, which has {chain.Rules.Count} rule{(chain.Rules.Count == 1 ? "" : "s")}");
        }
    }

    private static IEnumerable<RuleTarget> Targets(NftRule rule) => rule.Statements.SelectMany(static s => s switch
    {
        NftVerdict verdict => [verdict.Target],
        NftVerdictMap { Map.Elements: { } elements } => elements.All.Select(static e => e.Verdict?.Target).OfType<RuleTarget>(),
        _ => (IEnumerable<RuleTarget>)[],
    });

    private static bool IsBuiltIn(string chain) => chain is "PREROUTING" or "INPUT" or "FORWARD" or "OUTPUT" or "POSTROUTING";
}
