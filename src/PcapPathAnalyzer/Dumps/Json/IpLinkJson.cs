using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Dumps.Readers;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Json;

/// <summary><c>ip -j addr</c>, <c>ip -j link</c> and <c>bridge -j link</c>.</summary>
internal sealed class IpLinkJson : IDumpReader
{
    public string Kind => "ip-addr";

    public int Recognise(DumpText text) => JsonEntries.First(text) is { } first && first.ContainsKey("ifname") && first.ContainsKey("ifindex") && !first.ContainsKey("mac") ? 95 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        foreach (var entry in JsonEntries.Read(text, document.Add))
        {
            // `ip -j -4 addr` prints an empty object for each interface it leaves out.
            if (entry.Count == 0)
                continue;
            if (entry.Text("ifname") is not { } name)
            {
                document.Add(Unknown.Entry(this, text.At(entry), entry.ToString(Newtonsoft.Json.Formatting.None)));
                continue;
            }

            if (entry.ContainsKey("flags"))
                document.Add(Link(text, entry, name));
            foreach (var info in (entry["addr_info"] as JArray ?? []).OfType<JObject>().Where(static i => i.Count > 0))
                ReadAddress(text, entry, info, name, document);
        }
    }

    private static LinkRecord Link(DumpText text, JObject entry, string name)
    {
        var link = entry.Text("link");
        var peerIndex = entry.Int("link_index");
        var isBridgeLink = entry.ContainsKey("state") && !entry.ContainsKey("operstate");
        var info = entry["linkinfo"] as JObject;
        var record = new LinkRecord
        {
            Location = text.At(entry),
            IfIndex = entry.Int("ifindex"),
            Name = name,
            Peer = link ?? (peerIndex > 0 ? $"if{peerIndex}" : entry.ContainsKey("link_index") || entry.ContainsKey("link") ? "NONE" : null),
            PeerIfIndex = peerIndex,
            Flags = entry.Strings("flags"),
            Mtu = entry.Int("mtu"),
            Master = entry.Text("master"),
            OperState = entry.Text("operstate"),
            LinkNetns = entry.Text("link_netns") ?? (entry.Text("link_netnsid") is { } id ? "nsid:" + id : null),
            LinkLayer = entry.Text("link_type"),
            Mac = entry.Mac("address"),
            LinkKind = info?.Text("info_kind"),
        };
        var common = new DetailBag();
        var port = new DetailBag();
        LinkJsonWords.Common(entry, isBridgeLink ? port : common);
        var own = LinkJsonWords.Own(info?["info_data"] as JObject);
        if (info?["info_slave_data"] is JObject slave)
            LinkJsonWords.Port(slave, port);
        var portKind = isBridgeLink ? "bridge_slave" : info?.Text("info_slave_kind") is { } kind ? kind + "_slave" : null;
        return LinkKinds.Complete(record, common, own, portKind, port);
    }

    private void ReadAddress(DumpText text, JObject entry, JObject info, string name, DumpDocument document)
    {
        if (!IpAddress.TryParse(info.Text("local"), out var local) || info.Int("prefixlen", -1) is not (>= 0 and var length) || length > local.Bits)
        {
            document.Add(Unknown.Entry(this, text.At(info), info.ToString(Newtonsoft.Json.Formatting.None)));
            return;
        }

        document.Add(new AddressRecord
        {
            Location = text.At(info),
            Interface = name,
            IfIndex = entry.Int("ifindex"),
            Address = new IpPrefix(local, length),
            Peer = IpAddress.TryParse(info.Text("address"), out var peer) ? new IpPrefix(peer, Math.Min(length, peer.Bits)) : null,
            Broadcast = info.Address("broadcast"),
            Scope = info.Text("scope"),
            Flags = info.Properties().Where(static p => p.Value is JValue { Value: true }).Select(static p => p.Name).ToList(),
            Label = info.Text("label"),
        });
    }
}
