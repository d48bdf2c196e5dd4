using System.Collections.Frozen;
using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Reads statements that neither match a field nor decide: logs, limits, set updates, what iptables-nft leaves as <c>xt</c>.</summary>
internal static class NftStatements
{
    private static readonly FrozenSet<string> LogOptions = new[] { "prefix", "level", "group", "snaplen", "queue-threshold", "flags" }.ToFrozenSet(StringComparer.Ordinal);

    // What iptables-nft could not translate and only counts, logs or marks for the machine itself.
    private static readonly FrozenSet<string> XtEffects = new[] { "comment", "LOG", "NFLOG", "CHECKSUM", "TRACE", "CLASSIFY", "AUDIT", "TCPMSS", "SET" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Null, and nothing taken, where none of them begins here.</summary>
    public static NftStatement? Read(NftCursor c)
    {
        if (c.AtEnd || c.Current.Kind != NftTokenKind.Word)
            return null;
        var from = c.Position;
        switch (c.Current.Text)
        {
            case "notrack":
                c.Take();
                return new NftNotrack("notrack");
            case "log":
                c.Take();
                while (!c.AtEnd && LogOptions.Contains(c.Current.Text))
                    Option(c);
                return new NftEffect(c.Text(from, c.Position));
            case "limit" or "quota" or "last":
                return Rate(c, from);
            case "ct" when c.At(1).Text is "count":
                c.Position += 2;
                c.Skip("over");
                c.Take();
                return new NftUnknowable(c.Text(from, c.Position), true);
            case "ct" when c.At(1).Text is "helper" or "timeout" or "expectation" or "event" && c.At(2).Is("set"):
                c.Position += 3;
                if (NftExpressions.Read(c) is null)
                    Listed(c);
                return new NftEffect(c.Text(from, c.Position));
            // reset tcp option sack-perm
            case "reset":
                c.Position += 4;
                return new NftEffect(c.Text(from, c.Position));
            case "flow" or "dup" or "tproxy" or "synproxy" or "fwd":
                return Rest(c, from);
            case "add" or "update" or "delete" or "meter" or "set":
                return Update(c, from);
            case "xt":
                return Xt(c, from);
            default:
                return null;
        }
    }

    // level warn, flags tcp sequence,options, flags ether,ip options
    private static void Option(NftCursor c)
    {
        var option = c.Take().Text;
        Listed(c);
        while (option == "flags" && c.Current.Text is "options" or "sequence")
        {
            c.Take();
            if (c.Skip(","))
                Listed(c);
        }
    }

    private static void Listed(NftCursor c)
    {
        do
            c.Take();
        while (c.Skip(",") || c.Skip("|"));
    }

    // limit rate over 10/second burst 5 packets; limit name "x"; quota over 25 mbytes used 0 bytes
    private static NftStatement Rate(NftCursor c, int from)
    {
        var word = c.Take().Text;
        if (c.Skip("name"))
        {
            if (NftExpressions.Read(c) is null)
                c.Take();
        }
        else
        {
            while (!c.AtEnd && c.Current.Kind != NftTokenKind.Symbol && IsAmount(c.Current.Text))
                c.Take();
        }

        var text = c.Text(from, c.Position);
        return word == "last" ? new NftEffect(text) : new NftUnknowable(text, true);
    }

    // 10/second, 5 mbytes/second, 1024 kbytes
    private static bool IsAmount(string word) =>
        word is "rate" or "over" or "until" or "burst" or "packets" or "used" or "never" || char.IsAsciiDigit(word.FirstOrDefault())
        || word.EndsWith("bytes", StringComparison.Ordinal) || word.Contains("bytes/", StringComparison.Ordinal);

    // add @s { ip saddr timeout 1m }; with a limit or a count inside it is a condition too.
    private static NftStatement? Update(NftCursor c, int from)
    {
        while (!c.AtEnd && !c.IsAt("{") && c.Position - from < 6)
            c.Take();
        if (!c.IsAt("{"))
        {
            c.Position = from;
            return null;
        }

        var open = c.Position;
        c.SkipBlock();
        var body = c.Text(open, c.Position);
        var text = c.Text(from, c.Position);
        return body.Contains(" limit ", StringComparison.Ordinal) || body.Contains(" quota ", StringComparison.Ordinal) || body.Contains(" ct count ", StringComparison.Ordinal)
            ? new NftUnknowable(text, true)
            : new NftEffect(text);
    }

    // xt match "comment", xt target "MASQUERADE": nft without libxtables prints no more.
    private static NftStatement? Xt(NftCursor c, int from)
    {
        if (c.At(1).Text is not ("match" or "target" or "watcher") || c.At(2).Kind != NftTokenKind.Quoted)
            return null;
        var (kind, name) = (c.At(1).Text, c.At(2).Text);
        c.Position += 3;
        var text = c.Text(from, c.Position);
        if (XtEffects.Contains(name) || kind == "watcher")
            return new NftEffect(text);
        if (kind == "match")
            return new NftUnknowable(text, true);
        return new NftVerdict(text, new UnknownTarget { Name = name });
    }

    // Statements to their end: what they do is known, and where a proxy sends a packet is not.
    private static NftStatement Rest(NftCursor c, int from)
    {
        var word = c.Take().Text;
        if (word is "flow")
        {
            c.Take();
            c.Take();
            return new NftEffect(c.Text(from, c.Position));
        }

        while (!c.AtEnd && !c.IsAt("comment") && !c.IsAt("counter") && !c.IsAt("accept") && !c.IsAt("meta"))
            c.Take();
        var text = c.Text(from, c.Position);
        return word switch
        {
            "dup" => new NftEffect(text),
            "tproxy" => new NftVerdict(text, new TproxyTarget(default, 0, 0, 0) { Name = "TPROXY" }),
            _ => new NftVerdict(text, new UnknownTarget { Name = word }),
        };
    }
}
