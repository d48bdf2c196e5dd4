using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

internal static class Scaffold
{
    public static void Read(string file, string content, DumpDocument d)
    {
        var lines = content.Split('\n');
        if (new IptablesSaveReader().Recognise(new DumpText(file, lines)) > 0) { d.AddKind("iptables-save"); Iptables(file, lines, d); return; }
        if (lines[0].Contains(": <") || lines[0].Contains("mtu ")) { d.AddKind("ip-addr"); Addr(file, lines, d); return; }
        for (var n = 0; n < lines.Length; n++)
        {
            var at = new SourceLocation(file, n + 1);
            var w = lines[n].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (w.Length == 0) continue;
            if (lines[n].Contains("src=") && lines[n].Contains("dst=")) { Conntrack(at, w, d); continue; }
            if (w.Contains("lladdr") || w[^1] is "FAILED" or "INCOMPLETE") { d.Add(new NeighbourRecord { Location = at, Address = IpAddress.Parse(w[0]), Interface = After(w, "dev"), LinkLayerAddress = After(w, "lladdr") is { } m && MacAddress.TryParse(m, out var mac) ? mac : default, State = w[^1] }); continue; }
            if (MacAddress.TryParse(w[0], out var fm)) { d.Add(new FdbRecord { Location = at, Mac = fm, Device = After(w, "dev")!, Master = After(w, "master"), Destination = After(w, "dst") is { } x ? IpAddress.Parse(x) : default }); continue; }
            var v6 = content.Contains("fe80::");
            if ((w[0] == "default" || IpPrefix.TryParse(w[0], out _)) && w.Contains("dev"))
            {
                d.AddKind("ip-route");
                d.Add(new RouteRecord { Location = at, Destination = w[0] == "default" ? (v6 ? IpPrefix.Ipv6Default : IpPrefix.Ipv4Default) : IpPrefix.Parse(w[0]), NextHops = [new NextHop { Gateway = After(w, "via") is { } g ? IpAddress.Parse(g) : default, Device = After(w, "dev"), Flags = w.Contains("onlink") ? ["onlink"] : [] }], Source = After(w, "src") is { } s ? IpAddress.Parse(s) : default, Protocol = After(w, "proto"), Scope = After(w, "scope") });
            }
        }
    }

    private static void Conntrack(SourceLocation at, string[] w, DumpDocument d)
    {
        var v = w.Where(x => x.Contains('=')).Select(x => x.Split('=', 2)).ToList();
        string? N(string k, int nth) => v.Where(x => x[0] == k).Skip(nth).FirstOrDefault()?[1];
        if (!IpProtocols.TryParse(w[2], out var p)) return;
        FiveTuple T(int n) => new(IpAddress.Parse(N("src", n)!), ushort.Parse(N("sport", n) ?? "0"), IpAddress.Parse(N("dst", n)!), ushort.Parse(N("dport", n) ?? "0"), p);
        if (N("src", 1) is null) return;
        d.Add(new ConntrackRecord { Location = at, Original = T(0), Reply = T(1) });
    }

    private static string? After(string[] w, string k) { var i = Array.IndexOf(w, k); return i >= 0 && i + 1 < w.Length ? w[i + 1] : null; }

    private static void Addr(string file, string[] lines, DumpDocument d)
    {
        LinkRecord? link = null;
        void Flush() { if (link is not null) d.Add(link); link = null; }
        for (var n = 0; n < lines.Length; n++)
        {
            var l = lines[n]; var at = new SourceLocation(file, n + 1);
            var w = l.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (w.Length == 0) continue;
            if (!l.StartsWith(' '))
            {
                Flush();
                var name = w[1].TrimEnd(':'); string? peer = null;
                if (name.IndexOf('@') is var i and > 0) { peer = name[(i + 1)..]; name = name[..i]; }
                link = new LinkRecord { Location = at, IfIndex = int.Parse(w[0].TrimEnd(':')), Name = name, Peer = peer, PeerIfIndex = peer is not null && peer.StartsWith("if") && int.TryParse(peer[2..], out var pi) ? pi : 0, Flags = w[2].Trim('<', '>').Split(','), Mtu = int.Parse(After(w, "mtu") ?? "0"), Master = After(w, "master"), OperState = After(w, "state") };
            }
            else if (w[0].StartsWith("link/")) link = link! with { LinkLayer = w[0][5..], Mac = w.Length > 1 && MacAddress.TryParse(w[1], out var m) ? m : default, LinkNetns = After(w, "link-netns") };
            else if (w[0] is "inet" or "inet6") d.Add(new AddressRecord { Location = at, Interface = link!.Name, IfIndex = link.IfIndex, Address = IpPrefix.Parse(w[1]), Scope = After(w, "scope") });
            else if (w[0] == "vxlan") link = link! with { LinkKind = "vxlan", Vxlan = new VxlanDetails { Vni = int.Parse(After(w, "id")!), Local = IpAddress.Parse(After(w, "local")!), DestinationPort = int.Parse(After(w, "dstport")!) } };
            else if (w[0] is "veth" or "bridge") link = link! with { LinkKind = w[0] };
            else if (w[0] == "bridge_slave") link = link! with { BridgePort = new BridgePortDetails { Hairpin = After(w, "hairpin") == "on" } };
        }
        Flush();
    }

    private static void Iptables(string file, string[] lines, DumpDocument d)
    {
        new IptablesSaveReader().Read(new DumpText(file, lines), d);
    }
}
