namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>mark, connmark, comment.</summary>
internal static class MarkMatches
{
    public static readonly Extension[] All =
    [
        Extension.Each("mark", ("--mark", 1, o => Mark(o, false))),
        Extension.Each("connmark", ("--mark", 1, o => Mark(o, true))),
        Extension.Each("comment", ("--comment", 1, Comment)),
    ];

    private static MarkMatch? Mark(RuleOption o, bool isConnection) =>
        RuleValues.TryMasked(o.Value, out var value, out var mask) ? new MarkMatch(isConnection, value, mask) { Negated = o.Negated, Text = o.Text } : null;

    private static CommentMatch Comment(RuleOption o) => new(o.Value) { Text = o.Text };
}
