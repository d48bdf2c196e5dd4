using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>A kind of finding: its stable name, what it means, and where to read on. It stands beside the rule that looks for it.</summary>
/// <param name="Code">kebab-case, as in <c>findings.csv</c>.</param>
/// <param name="Title">A few words, for lists.</param>
/// <param name="Meaning">One sentence, for help texts.</param>
public sealed record FindingCode(string Code, string Title, string Meaning)
{
    /// <summary>All kinds, by name.</summary>
    public static IReadOnlyList<FindingCode> All => FindingCatalogue.Codes;

    /// <summary>The worst it is reported with.</summary>
    public required Severity Severity { get; init; }

    /// <summary>True where it only says what was seen: a flow that a cause explains is not said to show it as well.</summary>
    public bool IsSymptom { get; init; }

    /// <summary>Two sentences: how it comes about in the kernel or the cluster, and what a user notices of it.</summary>
    public required string Explanation { get; init; }

    /// <summary>What to check next, whatever the flow; a finding's own <see cref="Finding.Advice"/> says it for its case.</summary>
    public required string CheckNext { get; init; }

    /// <summary>Where the behaviour is documented: an RFC, the kernel's documentation, a man page, a project's document or issue.</summary>
    public required Uri Reference { get; init; }

    /// <summary>What is known of a code of the catalogue.</summary>
    /// <exception cref="KeyNotFoundException">No rule has this code.</exception>
    public static FindingCode Of(string code) => FindingCatalogue.Code(code);
}
