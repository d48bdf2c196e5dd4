using System.Collections.Frozen;
using System.Globalization;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Reads expressions: fields, what is computed from them, and lookups (src/parser_bison.y of nftables).</summary>
internal static class NftExpressions
{
    // Keywords behind which a field's name stands, and whether a packet's way can be told from them.
    private static readonly FrozenSet<string> Headers = new[] { "ip", "ip6", "tcp", "udp", "udplite", "sctp", "dccp", "th", "icmp", "icmpv6", "ether", "vlan", "ah", "esp", "comp", "igmp", "arp" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> BareMeta = new[]
    {
        "iif", "oif", "iifname", "oifname", "iiftype", "oiftype", "iifgroup", "oifgroup", "mark", "skuid", "skgid", "pkttype", "cpu", "cgroup", "rtclassid", "nftrace", "ibrname", "obrname", "ibriport", "obriport",
    }.ToFrozenSet(StringComparer.Ordinal);

    // What no dump tells, by first word.
    private static readonly FrozenSet<string> Unknowable = new[] { "jhash", "symhash", "osf", "exthdr", "frag", "hbh", "dst", "rt", "mh", "srh", "ipsec", "socket", "tunnel", "vxlan", "geneve", "gre", "gretap", "xfrm" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Operators = new[] { "&", "|", "^", "<<", ">>", "and", "or", "xor", "lshift", "rshift" }.ToFrozenSet(StringComparer.Ordinal);

    // Extension headers of IPv6, by the words nft has for them; a field follows.
    private static readonly FrozenSet<string> ExtensionHeaders = new[] { "exthdr", "frag", "hbh", "dst", "mh", "srh" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> OpaqueEnds = new[] { "set", "vmap", "map", "==", "!=", "<", ">", "<=", ">=", "{", ".", "exists", "missing", ":", "timeout", "}" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>True where an expression can begin here.</summary>
    public static bool CanBegin(NftCursor c)
    {
        var before = c.Position;
        var can = c.IsAt("(") || Field(c) is not null;
        c.Position = before;
        return can;
    }

    /// <summary>An expression with its operators, its concatenation and a map behind it; null, and nothing taken, where none begins.</summary>
    public static NftExpression? Read(NftCursor c)
    {
        if (Term(c) is not { } first)
            return null;
        var parts = new List<NftExpression> { first };
        while (c.IsAt("."))
        {
            var before = c.Position;
            c.Take();
            if ((Term(c) ?? Constant(c)) is { } part)
            {
                parts.Add(part);
                continue;
            }

            c.Position = before;
            break;
        }

        var expression = parts.Count == 1 ? first : new NftConcatenation(parts);
        return c.Skip("map") ? new NftLookup(expression, NftSets.Operand(c, NftTypes.Of(expression))) : expression;
    }

    /// <summary>What a <c>set</c> statement or a translation takes: an expression, or a constant with operators.</summary>
    public static NftExpression ReadValue(NftCursor c, NftType type)
    {
        if (Read(c) is { } expression)
            return expression;
        return Constant(c, type) is { } constant ? Operations(c, constant) : new NftOpaque("");
    }

    private static NftExpression? Term(NftCursor c)
    {
        NftExpression? term;
        if (c.IsAt("("))
        {
            var before = c.Position;
            c.Take();
            term = Read(c);
            if (term is null || !c.Skip(")"))
            {
                c.Position = before;
                return null;
            }
        }
        else
        {
            term = Field(c);
        }

        return term is null ? null : Operations(c, term);
    }

    // From the left; nft prints brackets where another order is meant. & binds tighter than ^, and that than |, which only constants show.
    private static NftExpression Operations(NftCursor c, NftExpression term)
    {
        while (!c.AtEnd && c.Current.Kind != NftTokenKind.Quoted && Operators.Contains(c.Current.Text))
        {
            var before = c.Position;
            var word = c.Take().Text switch { "and" => "&", "or" => "|", "xor" => "^", "lshift" => "<<", "rshift" => ">>", var o => o };
            var type = NftTypes.Of(term)[0];
            NftExpression? right;
            if (c.Skip("("))
            {
                right = NftTypes.IsBits(type) ? Bits(c, type) : Read(c) ?? Constant(c, type);
                c.Skip(")");
            }
            else
            {
                right = Field(c) ?? Constant(c, type);
            }

            if (right is null)
            {
                c.Position = before;
                return term;
            }

            term = new NftOperation(word, term, right);
        }

        return term;
    }

    /// <summary><c>fin | syn | rst</c>, <c>established,related</c>: any of these bits.</summary>
    /// <param name="isElement">True inside a set, where a comma ends the element.</param>
    public static NftConstant? Bits(NftCursor c, NftType type, bool isElement = false)
    {
        ulong bits = 0;
        do
        {
            if (c.AtEnd || NftValues.Number(c.Current.Text, type) is not { } bit)
                return null;
            bits |= bit;
            c.Take();
        }
        while (c.Skip("|") || (!isElement && c.Skip(",")));
        return new NftConstant(new NftNumber(bits));
    }

    private static NftConstant? Constant(NftCursor c, NftType type = NftType.Other)
    {
        if (c.AtEnd || c.Current.Kind == NftTokenKind.Symbol)
            return null;
        return new NftConstant(NftValues.Parse(c.Take().Text, type));
    }

    private static NftExpression? Field(NftCursor c)
    {
        if (c.AtEnd || c.Current.Kind != NftTokenKind.Word)
            return null;
        var word = c.Current.Text;
        var next = c.At(1);
        if (word is "ct" && next.Kind == NftTokenKind.Word && next.Text is not "count" && !(next.Text is "helper" or "timeout" or "expectation" && c.At(2).Is("set")))
            return Conntrack(c);
        if (word is "fib")
            return Fib(c);
        if (word is "numgen")
            return NumberGenerator(c);
        if (BareMeta.Contains(word))
            return Named(c, $"meta {word}", 1);
        if (word is "meta" && next.Kind == NftTokenKind.Word && next.Text is not "set")
            return Named(c, $"meta {next.Text}", 2);
        if (word[0] == '@' && word.Contains(','))
            return Opaque(c, 1);
        if (Headers.Contains(word) && next.Kind == NftTokenKind.Word)
            return Header(c, word, next.Text);
        if (Unknowable.Contains(word))
            return OpaqueUntilUse(c);
        return null;
    }

    private static NftExpression Header(NftCursor c, string header, string field)
    {
        if (field is "option" or "chunk")
            return OpaqueUntilUse(c);
        if (header == "arp" && field is "saddr" or "daddr" && c.At(2).Text is "ip" or "ether")
            return Named(c, $"arp {field} {c.At(2).Text}", 3);
        return Named(c, $"{header} {field}", 2);
    }

    private static NftExpression Conntrack(NftCursor c)
    {
        if (c.At(1).Text is not ("original" or "reply"))
            return Named(c, $"ct {c.At(1).Text}", 2);
        // ct original ip saddr, ct original saddr, ct reply proto-dst
        var direction = c.At(1).Text;
        var hasFamily = c.At(2).Text is "ip" or "ip6";
        return hasFamily ? Named(c, $"ct {direction} {c.At(2).Text} {c.At(3).Text}", 4) : Named(c, $"ct {direction} {c.At(2).Text}", 3);
    }

    private static NftFib Fib(NftCursor c)
    {
        c.Take();
        var keys = new List<string>();
        do
            keys.Add(c.Take().Text);
        while (c.Skip("."));
        return new NftFib(keys, c.AtEnd ? "" : c.Take().Text);
    }

    private static NftExpression NumberGenerator(NftCursor c)
    {
        var before = c.Position;
        c.Take();
        var isRandom = c.Take().Text is "random";
        if (!c.Skip("mod") || !int.TryParse(c.Take().Text, NumberStyles.None, CultureInfo.InvariantCulture, out var modulus) || modulus <= 0)
        {
            c.Position = before;
            return OpaqueUntilUse(c);
        }

        var offset = 0;
        if (c.Skip("offset") && Numbers.TryParse(c.Take().Text, out var given))
            offset = (int)given;
        return new NftNumberGenerator(isRandom, modulus, offset);
    }

    private static NftField Named(NftCursor c, string name, int words)
    {
        c.Position += words;
        return new NftField(name, NftTypes.OfField(name));
    }

    private static NftOpaque Opaque(NftCursor c, int words)
    {
        var from = c.Position;
        c.Position += words;
        return new NftOpaque(c.Text(from, c.Position));
    }

    // jhash ip saddr . tcp sport mod 4 seed 0x1; socket cgroupv2 level 2; tcp option maxseg size
    private static NftOpaque OpaqueUntilUse(NftCursor c)
    {
        var from = c.Position;
        var isHash = c.Current.Text is "jhash" or "symhash";
        var most = isHash ? 20 : Words(c);
        // A name that is a number: tcp option 254, tcp option @255,8,8.
        var named = c.At(1).Text is "option" or "chunk" ? 3 : 2;
        while (!c.AtEnd && c.Current.Kind == NftTokenKind.Word && c.Position - from < most && (!OpaqueEnds.Contains(c.Current.Text) || (isHash && c.Current.Text == ".")))
        {
            // A value may stand right behind: of names there are as many as the field has.
            if (c.Position >= from + named && !isHash && (char.IsAsciiDigit(c.Current.Text[0]) || c.Current.Text[0] == '@'))
                break;
            c.Position++;
        }

        return new NftOpaque(c.Text(from, c.Position));
    }

    // How many words a field has at most that is not answered: a value may follow that looks like one.
    private static int Words(NftCursor c) => c.Current.Text switch
    {
        "socket" => c.At(1).Text == "cgroupv2" ? 4 : 2,
        "osf" => c.At(1).Text == "ttl" ? 4 : 2,
        "rt" => c.At(1).Text is "ip" or "ip6" ? 3 : 2,
        "ipsec" => (c.At(2).Text == "spnum" ? 4 : 2) is var keys && c.At(keys).Text is "ip" or "ip6" ? keys + 2 : keys + 1,
        var word when ExtensionHeaders.Contains(word) => 2,
        "vxlan" or "geneve" or "gre" or "gretap" => Headers.Contains(c.At(1).Text) ? 3 : 2,
        _ when c.At(1).Text is "option" or "chunk" => c.At(2).Text is ['@', ..] ? 3 : 4,
        _ => 3,
    };
}
