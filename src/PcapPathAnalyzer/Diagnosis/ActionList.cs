using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Actions in order, each list kept once: thousands of flows go the same way. One tree of lists serves one thread.</summary>
internal sealed class ActionList
{
    private readonly Dictionary<HopAction, ActionList> next = new(ReferenceEqualityComparer.Instance);

    private ActionList(HopAction[] actions) => Actions = actions;

    public IReadOnlyList<HopAction> Actions { get; }

    /// <summary>The root of a tree.</summary>
    public static ActionList Create() => new([]);

    /// <summary>This list and one action more. The same action object gives the same list.</summary>
    public ActionList Then(HopAction action)
    {
        if (!next.TryGetValue(action, out var longer))
            next.Add(action, longer = new ActionList([.. Actions, action]));
        return longer;
    }
}
