using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Json;

/// <summary>Members of an object of <c>ip -j</c>, whatever type a version of it gives them.</summary>
internal static class JsonFields
{
    /// <summary>Text of a string or a number; null where absent.</summary>
    public static string? Text(this JObject entry, string name) => entry[name] is JValue { Value: { } value } ? Convert.ToString(value) : null;

    public static long Number(this JObject entry, string name, long unless = 0) =>
        entry.Text(name) is { } text && Dumps.Text.Numbers.TryParse(text, out var number) ? number : unless;

    public static int Int(this JObject entry, string name, int unless = 0) => entry.Number(name, unless) is var n and >= int.MinValue and <= int.MaxValue ? (int)n : unless;

    /// <summary>None where absent or no address.</summary>
    public static IpAddress Address(this JObject entry, string name) => IpAddress.TryParse(entry.Text(name), out var address) ? address : default;

    public static MacAddress Mac(this JObject entry, string name) => MacAddress.TryParse(entry.Text(name), out var mac) ? mac : default;

    /// <summary>iproute2 prints flags as a member without a value (<c>"router": null</c>) or as true.</summary>
    public static bool Has(this JObject entry, string name) => entry[name] is { } value && value is not JValue { Value: false };

    /// <summary>The strings of an array, or the one that stands in its place; empty where absent.</summary>
    public static IReadOnlyList<string> StringOrStrings(this JObject entry, string name) => entry.Text(name) is { Length: > 0 } one ? [one] : entry.Strings(name);

    /// <summary>The strings of an array; empty where absent.</summary>
    public static IReadOnlyList<string> Strings(this JObject entry, string name) =>
        entry[name] is JArray array ? array.OfType<JValue>().Select(static v => Convert.ToString(v.Value) ?? "").Where(static s => s.Length > 0).ToList() : [];
}
