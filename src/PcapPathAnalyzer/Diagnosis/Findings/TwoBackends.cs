using PcapPathAnalyzer.Checks;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>two-iptables-backends</c>: a node filters with iptables-legacy and iptables-nft at once; a rule of the one is not seen by who looks with the other.</summary>
internal sealed class TwoBackends : IFindingRule
{
    private static readonly FindingCode Kind = new("two-iptables-backends", "Rules of iptables-legacy and iptables-nft", "A node has rules of both backends; packets pass both, and each tool shows its own only.")
    {
        Severity = Severity.Warning,
        Explanation = "The two backends hook into the kernel beside each other, so a packet must pass the rules of both, and an ACCEPT of the one does not help against a DROP of the other. iptables-save shows one of them, so the rule that drops is easily overlooked.",
        CheckNext = "iptables-legacy-save and iptables-nft-save side by side, and which agent or image wrote with which (iptables --version).",
        Reference = new Uri("https://wiki.nftables.org/wiki-nftables/index.php/Legacy_xtables_tools"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        foreach (var remark in new Checks.TwoBackends().Find(new DumpNetwork(evidence.Network, [])))
        {
            yield return new Finding
            {
                Code = Kind.Code,
                // Without traffic that failed it is a risk, not a fault.
                Severity = evidence.Lost.Any(l => l.Place.Name == remark.Namespace) ? Severity.Warning : Severity.Info,
                Namespace = remark.Namespace,
                Location = remark.Problem.Location,
                Message = remark.Problem.Message,
                Advice = "Move all agents to one backend (update-alternatives, or one iptables image), then delete the other's rules.",
            };
        }
    }
}
