using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Dumps.Json;

namespace PcapPathAnalyzer.Dumps.Nftables.Json;

/// <summary>Spells the statements of <c>nft -j</c> (libnftables-json(5), STATEMENTS) as nft prints them.</summary>
internal static class NftSpelling
{
    public static string Rule(JArray statements, string? comment) =>
        string.Join(' ', statements.Select(Statement).Append(comment is null ? "" : $"comment {NftExpressionSpelling.Quoted(comment)}").Where(static s => s.Length > 0));

    /// <summary>A set or a map as its block, from the opening brace on.</summary>
    public static string Set(JObject set)
    {
        var parts = new List<string> { set["type"] is JObject { Count: 1 } type && type["typeof"] is { } expression ? $"typeof {NftExpressionSpelling.Of(expression)}" : $"type {string.Join(" . ", set.StringOrStrings("type"))}" };
        if (set["map"] is { } map)
            parts[0] += $" : {(map is JObject given && given["typeof"] is { } value ? NftExpressionSpelling.Of(value) : string.Join(" . ", set.StringOrStrings("map")))}";
        Add("flags", string.Join(',', set.StringOrStrings("flags")));
        foreach (var word in (string[])["timeout", "gc-interval"])
            Add(word, set.Text(word) is { } seconds ? seconds + "s" : null);
        foreach (var word in (string[])["size", "policy"])
            Add(word, set.Text(word));
        Add("comment", set.Text("comment") is { } comment ? NftExpressionSpelling.Quoted(comment) : null);
        if (set.Has("auto-merge"))
            parts.Add("auto-merge");
        parts.AddRange((set["stmt"] as JArray ?? []).Select(Statement));
        Add("elements =", set["elem"] is { } elements ? Elements(elements, set.Text("type") == "ifname") : null);
        return $"{{ {string.Join("; ", parts)} }}";

        void Add(string word, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                parts.Add($"{word} {value}");
        }
    }

    /// <summary><c>{ 10.0.0.1, 10.0.0.2 : drop }</c>.</summary>
    /// <param name="areNames">True where the keys are names of interfaces, which may be any word.</param>
    public static string Elements(JToken? elements, bool areNames = false) =>
        elements is null ? "{ }" : $"{{ {string.Join(", ", (elements as JArray ?? [elements]).Select(e => Element(e, areNames)))} }}";

    public static string Statement(JToken token)
    {
        if (token is not JObject { Count: 1 } statement)
            return token.ToString(Formatting.None);
        var (name, value) = statement.Properties().Select(static p => (p.Name, p.Value)).First();
        var body = value as JObject ?? [];
        return name switch
        {
            "match" => Match(body),
            "mangle" => $"{Expression(body, "key")} set {Expression(body, "value")}",
            "vmap" => $"{Expression(body, "key")} vmap {Expression(body, "data")}",
            "counter" or "limit" or "quota" or "last" or "ct count" => NftRateSpelling.Of(name, value),
            "dnat" or "snat" or "masquerade" or "redirect" => Translation(name, body),
            "reject" => body.Count == 0 || body.Text("expr") == "port-unreachable" ? "reject" : $"reject with {body.Text("type")} {body.Text("expr")}".TrimEnd(),
            "set" or "map" => Update(body),
            "meter" => $"meter {body.Text("name")} {{ {Expression(body, "key")} {(body["stmt"] is { } done ? Statement(done) : "")} }}",
            "ct helper" or "ct timeout" or "ct expectation" => $"{name} set {NftExpressionSpelling.Of(value, isName: true)}",
            "log" => Log(body),
            "queue" => $"queue{Listed(body, "flags", " flags ")}{(body["num"] is { } number ? $" to {NftExpressionSpelling.Of(number)}" : "")}",
            "flow" => $"flow {body.Text("op")} {body.Text("flowtable")}",
            "fwd" => $"fwd to {Expression(body, "dev")}",
            "dup" => $"dup to {Expression(body, "addr")}{(body["dev"] is { } device ? $" device {NftExpressionSpelling.Of(device, isName: true)}" : "")}",
            "tproxy" => $"tproxy {body.Text("family")} to {Target(body)}",
            "synproxy" => $"synproxy mss {body.Text("mss")} wscale {body.Text("wscale")}",
            "xt" when body.Text("type") is { } kind => $"xt {kind} {NftExpressionSpelling.Quoted(body.Text("name") ?? "")}",
            "secmark" => $"meta secmark set {NftExpressionSpelling.Of(value, isName: true)}",
            "reset" => $"reset {NftExpressionSpelling.Of(value)}",
            "notrack" => name,
            _ => NftExpressionSpelling.Verdict(statement) ?? statement.ToString(Formatting.None),
        };
    }

    private static string Element(JToken element, bool isName) =>
        element is JArray { Count: 2 } pair ? $"{NftExpressionSpelling.Of(pair[0], isName)} : {NftExpressionSpelling.Of(pair[1])}" : NftExpressionSpelling.Of(element, isName);

    private static string Match(JObject match)
    {
        var left = match["left"] ?? "";
        // Without an operator nft means "any of these bits" where a field has bits, and "equal" elsewhere.
        var op = match.Text("op") switch
        {
            null or "in" => "",
            "==" when !NftExpressionSpelling.HasBits(left) || NftExpressionSpelling.IsSet(match["right"]) => "",
            var given => $"{given} ",
        };
        return $"{NftExpressionSpelling.Of(left)} {op}{NftExpressionSpelling.Of(match["right"] ?? "", NftExpressionSpelling.IsInterface(left))}";
    }

    private static string Translation(string name, JObject body)
    {
        var family = body.Text("family") is { } given ? $" {given}" : "";
        var prefix = body.StringOrStrings("type_flags").Contains("prefix") ? " prefix" : "";
        var to = body.ContainsKey("addr") || body.ContainsKey("port") ? $" to {Target(body)}" : "";
        var flags = body.StringOrStrings("flags").Where(static f => f != "netmap").ToList();
        return $"{name}{family}{prefix}{to}{(flags.Count == 0 ? "" : $" {string.Join(',', flags)}")}";
    }

    // 10.0.0.1, 10.0.0.1-10.0.0.9:80-90, [fd00::1]:80, :80
    private static string Target(JObject body)
    {
        var port = body["port"] is { } given ? $":{NftExpressionSpelling.Of(given)}" : "";
        if (body["addr"] is not { } address)
            return port;
        var spelt = NftExpressionSpelling.Of(address);
        return port.Length > 0 && address is JValue && spelt.Contains(':') ? $"[{spelt}]{port}" : spelt + port;
    }

    // add @seen { ip saddr timeout 30m }, update @m { ip saddr : 5 }
    private static string Update(JObject body)
    {
        var statements = string.Concat((body["stmt"] as JArray ?? []).Select(static s => $" {Statement(s)}"));
        var data = body["data"] is { } given ? $" : {NftExpressionSpelling.Of(given)}" : "";
        return $"{body.Text("op")} {body.Text("set") ?? body.Text("map")} {{ {Expression(body, "elem")}{statements}{data} }}";
    }

    private static string Log(JObject body)
    {
        var words = "log";
        if (body.Text("prefix") is { } prefix)
            words += $" prefix {NftExpressionSpelling.Quoted(prefix)}";
        foreach (var option in (string[])["group", "snaplen", "queue-threshold", "level"])
            words += body.Text(option) is { } value ? $" {option} {value}" : "";
        return words + Listed(body, "flags", " flags ");
    }

    private static string Listed(JObject body, string name, string before) => body.StringOrStrings(name) is { Count: > 0 } words ? before + string.Join(',', words) : "";

    private static string Expression(JObject body, string name) => body[name] is { } token ? NftExpressionSpelling.Of(token) : "";
}
