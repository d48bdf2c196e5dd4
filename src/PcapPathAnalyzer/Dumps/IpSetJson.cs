using Newtonsoft.Json.Linq;

namespace PcapPathAnalyzer.Dumps;

/// <summary>The JSON form of an IP set: one object for the set, one per member.</summary>
internal static class IpSetJson
{
    public static IEnumerable<JObject> Of(IpSetRecord set)
    {
        yield return DumpJson.Fill(DumpJson.Head(set.Location, set.Kind), ("name", set.Name), ("type", set.Type), ("family", set.Family), ("options", set.Options),
            ("members", set.Members.Count), ("whole", set.IsWhole ? null : false));
        foreach (var m in set.Members)
        {
            yield return DumpJson.Fill(DumpJson.Head(set.Location with { Line = m.Line }, "ipset-member"), ("name", set.Name), ("member", m.Text), ("nomatch", DumpJson.True(m.NoMatch)),
                ("wildcard", DumpJson.True(m.IsWildcard)), ("timeout", DumpJson.Told(m.Timeout)), ("packets", DumpJson.Told(m.Packets)), ("bytes", DumpJson.Told(m.Bytes)), ("comment", m.Comment), ("details", m.Details));
        }
    }
}
