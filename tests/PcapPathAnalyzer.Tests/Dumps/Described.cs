using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Records as text without their places, so that two dumps of one state can be held against each other.</summary>
internal static class Described
{
    /// <param name="without">Names of members that one of the two forms cannot show, anywhere in the record.</param>
    public static List<string> Of(DumpDocument document, params string[] without) => document.Records.SelectMany(DumpJson.Of).Select(entry =>
    {
        foreach (var name in (string[])["file", "line", "column", .. without])
        {
            foreach (var property in entry.DescendantsAndSelf().OfType<JObject>().Select(o => o.Property(name, StringComparison.Ordinal)).Where(p => p is not null).ToList())
                property!.Remove();
        }

        return Sorted(entry).ToString(Newtonsoft.Json.Formatting.None);
    }).ToList();

    // Text and JSON print details and flags in different orders.
    private static JToken Sorted(JToken token) => token switch
    {
        JObject o => new JObject(o.Properties().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => (object)new JProperty(p.Name, Sorted(p.Value))).ToArray()),
        JArray a when a.All(static i => i.Type == JTokenType.String) => new JArray(a.OrderBy(static i => (string?)i, StringComparer.Ordinal).Select(static i => (object)i).ToArray()),
        _ => token.DeepClone(),
    };
}
