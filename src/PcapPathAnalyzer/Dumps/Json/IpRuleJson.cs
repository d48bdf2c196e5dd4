using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Dumps.Readers;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Json;

/// <summary><c>ip -j rule</c>.</summary>
internal sealed class IpRuleJson : IDumpReader
{
    public string Kind => "ip-rule";

    public int Recognise(DumpText text) => JsonEntries.First(text) is { } first && first.ContainsKey("priority") && first.ContainsKey("src") && !first.ContainsKey("ifname") ? 95 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        var isIpv6 = IpRuleReader.IsIpv6(text);
        foreach (var entry in JsonEntries.Read(text, document.Add).Where(static e => e.Count > 0))
        {
            if (!entry.ContainsKey("priority"))
                document.Add(Unknown.Entry(this, text.At(entry), entry.ToString(Newtonsoft.Json.Formatting.None)));
            else
                document.Add(Rule(text, entry, isIpv6));
        }
    }

    private static PolicyRuleRecord Rule(DumpText text, JObject entry, bool isIpv6)
    {
        var mark = entry.ContainsKey("fwmark");
        return new PolicyRuleRecord
        {
            Location = text.At(entry),
            Priority = entry.Number("priority"),
            IsIpv6 = isIpv6,
            Not = entry.Has("not"),
            From = Prefix(entry, "src"),
            To = Prefix(entry, "dst"),
            IncomingInterface = entry.Text("iif"),
            OutgoingInterface = entry.Text("oif"),
            Mark = mark ? (uint)entry.Number("fwmark") : 0,
            MarkMask = mark ? (uint)entry.Number("fwmask", uint.MaxValue) : 0,
            Table = entry.Text("table"),
            Action = entry.Text("action") ?? (entry.ContainsKey("goto") ? "goto" : entry.Has("nop") ? "nop" : "lookup"),
            SuppressPrefixLength = entry.Int("suppress_prefixlen", -1),
            Protocol = IpProtocols.TryParse(entry.Text("ipproto"), out var protocol) ? protocol : null,
            Details = Details(entry),
        };
    }

    private static IpPrefix? Prefix(JObject entry, string name)
    {
        if (!IpAddress.TryParse(entry.Text(name), out var address))
            return null;
        var length = entry.Int(name + "len", address.Bits);
        return length >= 0 && length <= address.Bits ? new IpPrefix(address, length) : null;
    }

    private static Dictionary<string, string> Details(JObject entry)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in (ReadOnlySpan<string>)["tos", "sport", "dport", "goto", "tun_id", "realms", "suppress_ifgroup", "iif_detached", "oif_detached", "l3mdev", "unresolved"])
        {
            if (entry.ContainsKey(word))
                details[word] = entry.Text(word) ?? "";
            else if (entry.ContainsKey(word + "_start"))
                details[word] = $"{entry.Text(word + "_start")}-{entry.Text(word + "_end")}";
        }

        if (entry.ContainsKey("uid_start"))
            details["uidrange"] = $"{entry.Text("uid_start")}-{entry.Text("uid_end")}";
        if (entry.Text("protocol") is { } protocol)
            details["proto"] = protocol;
        return details;
    }
}
