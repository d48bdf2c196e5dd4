namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>conntrack and state (libxt_conntrack.c).</summary>
internal static class ConntrackMatches
{
    public static readonly Extension[] All =
    [
        Extension.Each("state", ("--state", 1, State)),
        Extension.Each(
            "conntrack",
            ("--ctstate", 1, State), ("--ctproto", 1, Protocol), ("--ctstatus", 1, Status), ("--ctdir", 1, Direction), ("--ctexpire", 1, UnknowableMatches.Understood),
            ("--ctorigsrc", 1, o => Address(o, ConntrackField.OriginalSource)), ("--ctorigdst", 1, o => Address(o, ConntrackField.OriginalDestination)),
            ("--ctreplsrc", 1, o => Address(o, ConntrackField.ReplySource)), ("--ctrepldst", 1, o => Address(o, ConntrackField.ReplyDestination)),
            ("--ctorigsrcport", 1, o => Port(o, ConntrackField.OriginalSource)), ("--ctorigdstport", 1, o => Port(o, ConntrackField.OriginalDestination)),
            ("--ctreplsrcport", 1, o => Port(o, ConntrackField.ReplySource)), ("--ctrepldstport", 1, o => Port(o, ConntrackField.ReplyDestination))),
    ];

    private static readonly string[] States = ["INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED", "SNAT", "DNAT"];
    private static readonly string[] Statuses = ["NONE", "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"];

    private static ConntrackStateMatch? State(RuleOption o) =>
        Words(o.Value, States) is { } states ? new ConntrackStateMatch(states) { Negated = o.Negated, Text = o.Text } : null;

    private static ConntrackStatusMatch? Status(RuleOption o) =>
        Words(o.Value, Statuses) is { } statuses ? new ConntrackStatusMatch(statuses) { Negated = o.Negated, Text = o.Text } : null;

    private static string[]? Words(string text, string[] known)
    {
        var words = text.Split(',');
        for (var i = 0; i < words.Length; i++)
        {
            var word = Array.Find(known, k => k.Equals(words[i], StringComparison.OrdinalIgnoreCase));
            if (word is null)
                return null;
            words[i] = word;
        }

        return words;
    }

    private static ConntrackProtocolMatch? Protocol(RuleOption o) =>
        ProtocolNames.TryParse(o.Value, out var protocol) ? new ConntrackProtocolMatch(protocol) { Negated = o.Negated, Text = o.Text } : null;

    private static ConntrackDirectionMatch? Direction(RuleOption o) => o.Value.ToUpperInvariant() switch
    {
        "ORIGINAL" => new ConntrackDirectionMatch(false) { Negated = o.Negated, Text = o.Text },
        "REPLY" => new ConntrackDirectionMatch(true) { Negated = o.Negated, Text = o.Text },
        _ => null,
    };

    private static ConntrackAddressMatch? Address(RuleOption o, ConntrackField field) =>
        RuleValues.TryAddress(o.Value, out var prefix, out var mask) && mask is null ? new ConntrackAddressMatch(field, prefix) { Negated = o.Negated, Text = o.Text } : null;

    private static ConntrackPortMatch? Port(RuleOption o, ConntrackField field) =>
        RuleValues.TryPorts(o.Value, ':', out var first, out var last) ? new ConntrackPortMatch(field, first, last) { Negated = o.Negated, Text = o.Text } : null;
}
