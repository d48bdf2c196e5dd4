namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Looks for one cause. Adding a finding is one file with one of these, and one line in <see cref="FindingCatalogue"/>.</summary>
internal interface IFindingRule
{
    /// <summary>The codes it reports.</summary>
    IReadOnlyList<FindingCode> Codes { get; }

    /// <summary>Asked on any thread, while other rules are asked of the same evidence on others.</summary>
    IEnumerable<Finding> Find(Evidence evidence);
}
