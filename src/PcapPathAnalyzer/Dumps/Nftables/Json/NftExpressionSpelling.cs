using System.Collections.Frozen;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Dumps.Json;

namespace PcapPathAnalyzer.Dumps.Nftables.Json;

/// <summary>Spells the expressions of <c>nft -j</c> (libnftables-json(5), EXPRESSIONS) as nft prints them.</summary>
internal static class NftExpressionSpelling
{
    private static readonly FrozenSet<string> Interfaces = new[] { "iif", "oif", "iifname", "oifname", "ibrname", "obrname", "sdif", "sdifname" }.ToFrozenSet(StringComparer.Ordinal);

    // Fields that nft prints without "meta" before them (src/meta.c, meta_key_is_unqualified).
    private static readonly FrozenSet<string> BareMeta = new[] { "iif", "iifname", "iifgroup", "oif", "oifname", "oifgroup", "ibrname", "obrname" }.ToFrozenSet(StringComparer.Ordinal);

    /// <param name="isName">True where a string is an interface's name, which may be any word and is therefore quoted.</param>
    public static string Of(JToken token, bool isName = false) => token switch
    {
        JValue { Value: bool exists } => exists ? "exists" : "missing",
        JValue { Value: string text } => isName && text is not ['@', ..] ? Quoted(text) : Word(text),
        JValue value => Convert.ToString(value.Value) ?? "",
        JArray bits => string.Join(',', bits.Select(b => Of(b, isName))),
        JObject { Count: 1 } expression => One(expression, isName),
        _ => token.ToString(Formatting.None),
    };

    /// <summary>A quoted string cannot hold a quote; nft refuses to take one.</summary>
    public static string Quoted(string text) => $"\"{text.Replace('"', '\'')}\"";

    public static string? Verdict(JObject verdict)
    {
        var (name, value) = verdict.Properties().Select(static p => (p.Name, p.Value)).First();
        return name switch
        {
            "accept" or "drop" or "return" or "continue" => name,
            "jump" or "goto" when (value as JObject)?.Text("target") is { } chain => $"{name} {Word(chain)}",
            _ => null,
        };
    }

    /// <summary>True where <c>==</c> and no operator mean different things.</summary>
    public static bool HasBits(JToken token) =>
        token is JObject { Count: 1 } expression && expression.Properties().First() is { } property
        && (IsOperator(property.Name) || NftTypes.IsBits(NftTypes.OfField(Of(token))));

    public static bool IsSet(JToken? token) => token is JObject { Count: 1 } set && set.ContainsKey("set") || token is JValue { Value: string and ['@', ..] };

    public static bool IsInterface(JToken token) => token is JObject expression && expression["meta"] is JObject meta && Interfaces.Contains(meta.Text("key") ?? "");

    private static string One(JObject expression, bool isName)
    {
        var (name, value) = expression.Properties().Select(static p => (p.Name, p.Value)).First();
        if (value is JArray { Count: >= 2 } operands && IsOperator(name))
            return Operation(name, operands);
        var parts = value as JArray ?? [];
        var body = value as JObject ?? [];
        return name switch
        {
            "concat" => string.Join(" . ", parts.Select(p => Of(p, isName))),
            "set" => NftSpelling.Elements(value, isName),
            "map" => $"{Inner(body, "key")} map {Inner(body, "data")}",
            "prefix" => $"{Inner(body, "addr")}/{body.Text("len")}",
            "range" when parts.Count == 2 => $"{Of(parts[0])}-{Of(parts[1])}",
            "elem" => Element(body, isName),
            "payload" => Payload(body),
            "exthdr" => Optional("exthdr", body, isBare: true),
            "tcp option" or "ip option" or "sctp chunk" or "dccp option" => Optional(name, body, isBare: false),
            "meta" => body.Text("key") is { } key && BareMeta.Contains(key) ? key : $"meta {body.Text("key")}",
            "ct" => Words("ct", body.Text("dir"), body.Text("family"), body.Text("key")),
            "rt" => Words("rt", body.Text("family"), body.Text("key")),
            "socket" => Words("socket", body.Text("key")),
            "osf" => Words("osf", body.Text("ttl") is { } ttl ? $"ttl {ttl}" : null, body.Text("key")),
            "ipsec" => Words("ipsec", body.Text("dir"), body.Text("spnum") is { } number and not "0" ? $"spnum {number}" : null, body.Text("family"), body.Text("key")),
            "numgen" => Words("numgen", body.Text("mode"), $"mod {body.Text("mod")}", Offset(body)),
            "jhash" => Words("jhash", Inner(body, "expr"), $"mod {body.Text("mod")}", body.Text("seed") is { } seed ? $"seed {seed}" : null, Offset(body)),
            "symhash" => Words("symhash", $"mod {body.Text("mod")}", Offset(body)),
            "fib" => $"fib {string.Join(" . ", body.StringOrStrings("flags"))} {body.Text("result")}",
            _ => Verdict(expression) ?? expression.ToString(Formatting.None),
        };
    }

    // nft reads from the left: what stands on the right needs brackets where it has an operator of its own, or several bits.
    private static string Operation(string name, JArray operands) =>
        string.Join($" {name} ", operands.Select((o, i) => i > 0 && (o is JArray || (o is JObject { Count: 1 } inner && IsOperator(inner.Properties().First().Name))) ? $"({Of(o)})" : Of(o)));

    private static string Element(JObject element, bool isName)
    {
        var words = element["val"] is { } key ? Of(key, isName) : "";
        foreach (var rate in (string[])["counter", "limit", "quota", "last", "ct count"])
            words += element.ContainsKey(rate) ? $" {NftRateSpelling.Of(rate, element[rate]!)}" : "";
        foreach (var time in (string[])["timeout", "expires"])
            words += element.Text(time) is { } seconds ? $" {time} {seconds}s" : "";
        return element.Text("comment") is { } comment ? $"{words} comment {Quoted(comment)}" : words;
    }

    private static string Payload(JObject body) =>
        body.Text("base") is { } start ? $"@{start},{body.Text("offset")},{body.Text("len")}" : Words(body.Text("tunnel"), body.Text("protocol"), body.Text("field"));

    // "tcp option maxseg size"; without a field: "exthdr frag exists", "tcp option sack-perm exists".
    private static string Optional(string kind, JObject body, bool isBare) =>
        body.Text("field") is { } field && isBare ? $"{body.Text("name")} {field}" : Words(kind, body.Text("name") ?? body.Text("type"), body.Text("field"));

    private static string? Offset(JObject body) => body.Text("offset") is { } offset and not "0" ? $"offset {offset}" : null;

    private static string Inner(JObject body, string name) => body[name] is { } token ? Of(token) : "";

    private static string Words(params string?[] words) => string.Join(' ', words.Where(static w => !string.IsNullOrEmpty(w)));

    private static bool IsOperator(string name) => name is "|" or "^" or "&" or "<<" or ">>";

    private static string Word(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or ':' or '/' or '*' or '@' or '+'))
                return Quoted(text);
        }

        return text.Length == 0 ? "\"\"" : text;
    }
}
