using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Dumps.Json;

namespace PcapPathAnalyzer.Dumps.Nftables.Json;

/// <summary>Spells what counts and limits: counter, limit, quota, last, ct count; by themselves or by the name of an object.</summary>
internal static class NftRateSpelling
{
    public static string Of(string name, JToken value)
    {
        if (value is JValue { Value: string named })
            return $"{name} name {NftExpressionSpelling.Quoted(named)}";
        if (value is not JObject { Count: > 0 } body)
            return name;
        var over = body["inv"] is JValue { Value: true } ? "over " : "";
        return name switch
        {
            "counter" when body.ContainsKey("packets") => $"counter packets {body.Text("packets")} bytes {body.Text("bytes")}",
            "limit" when body.ContainsKey("rate") => $"limit rate {over}{Amount(body, "rate", "rate_unit", "packets")}/{body.Text("per") ?? "second"} burst {body.Text("burst") ?? "0"} {body.Text("burst_unit") ?? "packets"}",
            "quota" when body.ContainsKey("val") => $"quota {over}{Amount(body, "val", "val_unit", "")}{(body.ContainsKey("used") ? $" used {Amount(body, "used", "used_unit", "")}" : "")}",
            "ct count" => $"ct count {over}{body.Text("val")}",
            "last" => $"last used {body.Text("used") ?? "never"}",
            _ => $"{name} name {NftExpressionSpelling.Of(body)}",
        };
    }

    // 10 (packets), 5 mbytes
    private static string Amount(JObject body, string number, string unit, string implied) =>
        body.Text(unit) is { } word && word != implied ? $"{body.Text(number)} {word}" : body.Text(number) ?? "";
}
