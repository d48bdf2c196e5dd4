using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Reads verdicts, as statements and as what verdict maps give.</summary>
internal static class NftVerdicts
{
    /// <summary>The verdict that begins here; null, and nothing taken, where none does.</summary>
    public static NftVerdict? Read(NftCursor c)
    {
        if (c.AtEnd || c.Current.Kind != NftTokenKind.Word)
            return null;
        var from = c.Position;
        RuleTarget? target = c.Current.Text switch
        {
            "accept" => new VerdictTarget { Name = "ACCEPT" },
            "drop" => new VerdictTarget { Name = "DROP" },
            "return" => new ReturnTarget { Name = "RETURN" },
            "continue" => new ContinueTarget { Name = "continue" },
            "jump" or "goto" when c.At(1).Kind is NftTokenKind.Word or NftTokenKind.Quoted => new JumpTarget(c.Current.Text == "goto") { Name = c.At(1).Text },
            "queue" => new VerdictTarget { Name = "QUEUE" },
            "reject" => new RejectTarget("") { Name = "REJECT" },
            _ => null,
        };
        if (target is null)
            return null;
        c.Position += target is JumpTarget ? 2 : 1;
        string? requires = null;
        if (target is RejectTarget)
            target = new RejectTarget(With(c, out requires)) { Name = "REJECT" };
        else if (target is VerdictTarget { Name: "QUEUE" })
            Queue(c);
        return new NftVerdict(c.Text(from, c.Position), target) { Requires = requires };
    }

    // reject with icmp port-unreachable | icmpx admin-prohibited | tcp reset; before 1.0 "with icmp type port-unreachable".
    private static string With(NftCursor c, out string? requires)
    {
        requires = null;
        if (!c.Skip("with"))
            return "icmp-port-unreachable";
        var protocol = c.Take().Text;
        c.Skip("type");
        var name = c.AtEntryEnd || c.Current.Kind != NftTokenKind.Word ? "" : c.Take().Text;
        requires = protocol switch { "tcp" => "tcp", "icmp" => "ipv4", "icmpv6" => "ipv6", _ => null };
        return protocol switch
        {
            "tcp" => "tcp-reset",
            "icmpv6" => $"icmp6-{name}",
            _ => $"icmp-{name}",
        };
    }

    // queue num 1-3 bypass,fanout; queue flags bypass to 0-3
    private static void Queue(NftCursor c)
    {
        while (!c.AtEntryEnd && !c.IsAt("comment"))
            c.Take();
    }
}
