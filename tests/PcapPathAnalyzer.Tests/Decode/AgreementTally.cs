using System.Text;
using PcapPathAnalyzer.Decode;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>Counts frames and differences; those that a listed reason explains are told apart from those that nothing does.</summary>
internal sealed class AgreementTally
{
    private readonly Dictionary<string, int> explained = [];
    private readonly List<string> unexplained = [];
    private long frames;

    public long Frames => frames;

    public IReadOnlyList<string> Unexplained => unexplained;

    public void Frame() => frames++;

    public void Differs(string origin, Difference difference)
    {
        var reason = AgreementList.Reasons.FirstOrDefault(r => r.Covers(difference)).Reason;
        if (reason is null)
            unexplained.Add($"{origin} {difference.Field}: ours '{difference.Ours}' theirs '{difference.Theirs}' ({difference.Fault}; {difference.Protocols})");
        else
            explained[reason] = explained.GetValueOrDefault(reason) + 1;
    }

    public string Summary()
    {
        var text = new StringBuilder().AppendLine($"{frames} frames compared, {unexplained.Count} differences without a reason; with a reason:");
        foreach (var (reason, count) in explained.OrderByDescending(static e => e.Value))
            text.AppendLine($"  {count,6} {reason}");
        foreach (var line in unexplained.Take(5000))
            text.AppendLine(line);
        return text.ToString();
    }
}

/// <summary>A field on which the two do not say the same.</summary>
internal readonly record struct Difference(string Field, string Ours, string Theirs, DecodeFault Fault, string Protocols);
