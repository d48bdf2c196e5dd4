namespace PcapPathAnalyzer.Dumps.Nftables;

/// <summary>Something of a packet, or computed from it, that a rule looks at (nft(8), EXPRESSIONS).</summary>
public abstract record NftExpression;

/// <summary>A field by its full name, as nft prints it with its keyword: <c>ip saddr</c>, <c>meta iifname</c>, <c>ct state</c>, <c>ct original ip daddr</c>.</summary>
public sealed record NftField(string Name, NftType Type) : NftExpression;

/// <summary><c>fib saddr . iif oif</c>: what routing says of some of the packet's fields.</summary>
public sealed record NftFib(IReadOnlyList<string> Keys, string Result) : NftExpression;

/// <summary><c>numgen random mod 3</c>, <c>numgen inc mod 2 offset 100</c>.</summary>
public sealed record NftNumberGenerator(bool IsRandom, int Modulus, int Offset) : NftExpression;

/// <summary>Fields side by side: <c>ip daddr . meta l4proto . th dport</c>.</summary>
public sealed record NftConcatenation(IReadOnlyList<NftExpression> Parts) : NftExpression;

/// <summary>Bits changed: <c>meta mark &amp; 0xff</c>; the operators are <c>&amp; | ^ &lt;&lt; &gt;&gt;</c>.</summary>
public sealed record NftOperation(string Operator, NftExpression Left, NftExpression Right) : NftExpression;

/// <summary>A constant.</summary>
public sealed record NftConstant(NftValue Value) : NftExpression;

/// <summary>What a map gives for a key: <c>ip saddr map @m</c>.</summary>
public sealed record NftLookup(NftExpression Key, NftSetOperand Map) : NftExpression;

/// <summary>Known and not answered by any dump (a hash, a socket's owner, a raw payload), or not known at all.</summary>
public sealed record NftOpaque(string Text) : NftExpression;

/// <summary>A set or map that a rule uses: one by name, or its own.</summary>
/// <param name="Name">Null for one that stands in the rule.</param>
/// <param name="Elements">Null for one by name.</param>
public sealed record NftSetOperand(string? Name, NftElements? Elements);
