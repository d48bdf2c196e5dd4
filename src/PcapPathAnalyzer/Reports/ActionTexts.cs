using System.Collections.Concurrent;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports;

/// <summary>What the rows of a hop say of its actions.</summary>
/// <param name="Names">Joined by <c>+</c>.</param>
/// <param name="Rule">Decided the first translation.</param>
/// <param name="SourceRule">Decided the translation of the source.</param>
internal sealed record ActionText(string Names, Citation? Rule, Citation? SourceRule);

/// <summary>Texts of lists of actions, made once for each: thousands of hops share a list. For all threads.</summary>
internal sealed class ActionTexts
{
    private readonly ConcurrentDictionary<object, ActionText> known = new(ReferenceEqualityComparer.Instance);

    public ActionText Of(IReadOnlyList<HopAction> actions) => known.TryGetValue(actions, out var text) ? text : known.GetOrAdd(actions, Make(actions));

    private static ActionText Make(IReadOnlyList<HopAction> actions)
    {
        var source = actions.FirstOrDefault(a => IsOfSource(a.Name))?.Citation;
        return new ActionText(string.Join('+', actions.Select(a => a.Name)), actions.FirstOrDefault(a => a.Citation is not null && !IsOfSource(a.Name))?.Citation ?? source, source);
    }

    private static bool IsOfSource(string name) => name is "snat" or "masquerade";
}
