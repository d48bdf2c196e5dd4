using Newtonsoft.Json.Linq;

namespace PcapPathAnalyzer.Dumps.Json;

/// <summary><c>bridge -j vlan</c>.</summary>
internal sealed class BridgeVlanJson : IDumpReader
{
    public string Kind => "bridge-vlan";

    public int Recognise(DumpText text) => JsonEntries.First(text) is { } first && first.ContainsKey("ifname") && (first.ContainsKey("vlans") || first.ContainsKey("tunnels")) ? 95 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        foreach (var port in JsonEntries.Read(text, document.Add))
        {
            foreach (var vlan in (port["vlans"] as JArray ?? port["tunnels"] as JArray ?? []).OfType<JObject>())
            {
                var first = vlan.Int("vlan", -1);
                if (first < 0 || port.Text("ifname") is not { } device)
                {
                    document.Add(Text.Unknown.Entry(this, text.At(vlan), vlan.ToString(Newtonsoft.Json.Formatting.None)));
                    continue;
                }

                var flags = vlan.Strings("flags");
                document.Add(new BridgeVlanRecord
                {
                    Location = text.At(vlan),
                    Device = device,
                    First = first,
                    Last = vlan.Int("vlanEnd", first),
                    IsPvid = flags.Contains("PVID"),
                    IsUntagged = flags.Contains("Egress Untagged"),
                    TunnelId = vlan.Int("tunid", -1),
                });
            }
        }
    }
}
