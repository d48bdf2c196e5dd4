using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Dumps.Nftables;

/// <summary>One statement of a rule (nft(8), STATEMENTS and VERDICTS), with its text.</summary>
public abstract record NftStatement(string Text);

public enum NftComparison
{
    /// <summary>No operator printed: equal, or for bits, any of them set.</summary>
    Implicit,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,

    /// <summary><c>tcp flags ! syn</c>: none of the bits set.</summary>
    NoneOf,
}

/// <summary>A field held against a constant, or for a set looked up.</summary>
/// <param name="Value">Null where a set is asked.</param>
/// <param name="Set">Null where a constant is asked.</param>
public sealed record NftMatch(string Text, NftExpression Left, NftComparison Comparison, NftValue? Value, NftSetOperand? Set) : NftStatement(Text);

/// <summary><c>ip daddr . tcp dport vmap @services</c>: the key's element gives the verdict; without one the rule does not match.</summary>
public sealed record NftVerdictMap(string Text, NftExpression Key, NftSetOperand Map) : NftStatement(Text);

/// <summary>accept, drop, return, jump, goto, continue, queue, reject; the targets are those of iptables.</summary>
public sealed record NftVerdict(string Text, RuleTarget Target) : NftStatement(Text)
{
    /// <summary>What a packet has to be for the statement, which nft checks and does not print: <c>ipv4</c>, <c>ipv6</c>, <c>tcp</c>; null for any.</summary>
    public string? Requires { get; init; }
}

/// <summary><c>meta mark set ...</c>, <c>ct mark set ...</c>, <c>ip daddr set ...</c>.</summary>
public sealed record NftSetField(string Text, NftField Field, NftExpression Value) : NftStatement(Text);

/// <summary>dnat, snat, masquerade, redirect.</summary>
/// <param name="Address">None for masquerade and redirect.</param>
/// <param name="Port">None where the port is kept or comes with the address from a map.</param>
public sealed record NftNat(string Text, NatKind Kind, NftExpression? Address, NftExpression? Port) : NftStatement(Text)
{
    /// <summary>ip or ip6 in tables of both (<c>dnat ip to</c>): packets of the other do not match. Null where it is not printed.</summary>
    public string? Family { get; init; }

    public bool Random { get; init; }

    public bool FullyRandom { get; init; }

    public bool Persistent { get; init; }

    /// <summary><c>prefix to</c>: the network part is replaced.</summary>
    public bool IsPrefix { get; init; }
}

/// <summary>notrack.</summary>
public sealed record NftNotrack(string Text) : NftStatement(Text);

/// <summary>Known to change nothing of a packet's way: counter, log, comment, flow add, meta priority set, ...</summary>
public sealed record NftEffect(string Text) : NftStatement(Text);

/// <summary>A condition that no dump answers (limit, quota, a meter), or that the program does not understand: neither yes nor no.</summary>
public sealed record NftUnknowable(string Text, bool IsUnderstood) : NftStatement(Text);
