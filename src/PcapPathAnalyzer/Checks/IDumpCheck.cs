namespace PcapPathAnalyzer.Checks;

/// <summary>Looks for one kind of trouble in the dumps alone. Adding one is a file with one of these, and a line in <see cref="DumpChecks.All"/>.</summary>
public interface IDumpCheck
{
    /// <summary>The codes it reports.</summary>
    IReadOnlyList<CheckCode> Codes { get; }

    /// <summary>One remark per trouble. Silent where the dumps do not say enough.</summary>
    IEnumerable<DumpRemark> Find(DumpNetwork dumps);
}
