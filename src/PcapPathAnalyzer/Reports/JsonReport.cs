using Newtonsoft.Json;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Reports;

/// <summary><c>analysis.json</c>: everything the analysis knows, for other programs.</summary>
public sealed class JsonReport : IReport
{
    /// <summary>Grows by members without a new number; a changed meaning takes a new one.</summary>
    public const int Schema = 1;

    public string Format => "json";

    public IReadOnlyList<string> Files => ["analysis.json"];

    public void Write(AnalysisResult result, string folder) =>
        OutputFile.WriteBytes(Path.Combine(folder, "analysis.json"), stream => Write(result, stream));

    public static void Write(AnalysisResult result, Stream stream)
    {
        using var writer = OutputFile.Text(stream);
        using var json = new JsonTextWriter(writer) { Formatting = Formatting.Indented, CloseOutput = false };
        json.WriteStartObject();
        json.Member("schema", Schema);
        json.Member("bundle", result.Bundle.Name);
        json.List("namespaces", result.Network.Namespaces, Namespace);
        json.List("links", Links(result.Network), (j, l) => Link(j, l));
        json.List("capturePoints", result.CapturePoints, CapturePointObject);
        json.List("clocks", result.Clocks.Estimates, Clock);
        json.List("services", ServiceCatalogue.Of(result.Network), Service);
        Flows(json, writer, stream, result);
        json.List("findings", result.Findings, FindingObject);
        Counters(json, result);
        json.WriteEndObject();
        json.Flush();
        writer.WriteLine();
    }

    private static void Namespace(JsonTextWriter json, NetworkNamespace ns)
    {
        json.WriteStartObject();
        json.Member("name", ns.Name);
        json.Member("node", ns.Node.Name);
        json.List("interfaces", ns.Interfaces, (j, i) =>
        {
            j.WriteStartObject();
            j.Member("name", i.Name);
            j.Member("ifindex", i.IfIndex);
            j.Member("kind", i.Link.LinkKind ?? (i.IsBridge ? "bridge" : i.Peer is not null ? "veth" : null));
            j.Member("mac", i.Mac.IsNone ? null : i.Mac.ToString());
            j.Member("mtu", i.Link.Mtu == 0 ? null : i.Link.Mtu);
            j.List("addresses", i.Addresses, (x, a) => x.WriteValue(a.Address.ToString()));
            j.Member("master", i.Master?.Name);
            j.Member("peer", i.Peer?.ToString());
            j.Member("vni", i.Link.Vxlan?.Vni);
            j.List("tunnelPeers", i.TunnelPeers, (x, p) => x.WriteValue(p.ToString()));
            j.Member("file", i.Link.Location.File);
            j.Member("line", i.Link.Location.Line);
            j.WriteEndObject();
        });
        json.List("dumps", ns.DumpedKinds.Order(StringComparer.Ordinal), (j, k) => j.WriteValue(k));
        json.WriteEndObject();
    }

    /// <summary>Pairs of interfaces that are joined: veth ends, ports of bridges, tunnel ends.</summary>
    internal static IEnumerable<(string Kind, NetworkInterface A, NetworkInterface B)> Links(Network network)
    {
        var all = network.Namespaces.SelectMany(n => n.Interfaces).ToList();
        var index = all.Select((i, n) => (i, n)).ToDictionary(p => p.i, p => p.n);
        foreach (var i in all)
        {
            if (i.Peer is { } peer && index[i] < index[peer])
                yield return ("veth", i, peer);
            if (i.Master is { } master)
                yield return ("bridge-port", i, master);
            foreach (var far in i.TunnelPeers)
            {
                if (index[i] < index[far] || !far.TunnelPeers.Contains(i))
                    yield return ("vxlan", i, far);
            }
        }
    }

    private static void Link(JsonTextWriter json, (string Kind, NetworkInterface A, NetworkInterface B) link)
    {
        json.WriteStartObject();
        json.Member("kind", link.Kind);
        json.Member("a", link.A.ToString());
        json.Member("b", link.B.ToString());
        json.WriteEndObject();
    }

    private static void CapturePointObject(JsonTextWriter json, CapturePoint p)
    {
        json.WriteStartObject();
        json.Member("namespace", p.Namespace);
        json.Member("interface", p.Interface);
        json.Member("file", p.File);
        json.Member("reason", p.Reason);
        json.Member("certain", p.IsCertain);
        json.Member("linkType", p.LinkType.ToString());
        json.Member("snapLength", p.SnapLength);
        json.Member("frames", p.Frames);
        json.Member("packets", p.Packets);
        json.Member("bytes", p.Bytes);
        json.Member("dropped", p.Dropped < 0 ? null : p.Dropped);
        json.Member("firstTime", p.Frames == 0 ? null : p.FirstTime.ToString());
        json.Member("lastTime", p.Frames == 0 ? null : p.LastTime.ToString());
        json.List("tunnels", p.Tunnels, Tunnel);
        json.WriteEndObject();
    }

    private static void Tunnel(JsonTextWriter json, TunnelTraffic t)
    {
        json.WriteStartObject();
        json.Member("kind", t.Tunnel.Kind.ToString().ToLowerInvariant());
        json.Member("vni", t.Tunnel.Vni < 0 ? null : t.Tunnel.Vni);
        json.Member("outerSrc", t.Tunnel.OuterSource.ToString());
        json.Member("outerDst", t.Tunnel.OuterDestination.ToString());
        json.Member("packets", t.Packets);
        json.Member("bytes", t.Bytes);
        json.Member("withoutIp", t.WithoutIp);
        json.Member("loneFragments", t.LoneFragments == 0 ? null : $"of {t.LoneFragments} later fragments between its ends no capture has the first one: what they carry is not known");
        json.Member("inferred", t.Inferred == 0 ? null : $"the snap length cut {t.Cut} of the packets before what is inside: whose {t.Inferred} of them are is inferred from lengths and times");
        json.Member("unknown", t.Cut == t.Inferred ? null : $"the snap length cut {t.Cut} of the packets before what is inside: whose {t.Cut - t.Inferred} of them are is not known; tcpdump -s 0 keeps it");
        json.WriteEndObject();
    }

    private static void Clock(JsonTextWriter json, ClockEstimate c)
    {
        json.WriteStartObject();
        json.Member("node", c.Name);
        json.Member("offsetNanoseconds", c.Offset);
        json.Member("uncertaintyNanoseconds", c.Uncertainty);
        json.WritePropertyName("driftPpm");
        json.WriteValue(c.DriftUncertaintyPpm is null ? null : Math.Round(c.DriftPpm, 3));
        json.WritePropertyName("driftUncertaintyPpm");
        json.WriteValue(c.DriftUncertaintyPpm is { } drift ? Math.Round(drift, 3) : null);
        json.WritePropertyName("openDriftPpm");
        json.WriteValue(c.Uncertainty is null ? null : Math.Round(c.OpenDriftPpm, 3));
        json.Member("comparedFrom", c.ComparedUntil == 0 ? null : new Timestamp(c.ComparedFrom).ToString());
        json.Member("comparedUntil", c.ComparedUntil == 0 ? null : new Timestamp(c.ComparedUntil).ToString());
        json.Member("packets", c.Packets);
        json.Member("basis", c.Basis);
        json.WriteEndObject();
    }

    private static void Service(JsonTextWriter json, ServiceEntry s)
    {
        json.WriteStartObject();
        json.Member("namespace", s.Namespace.Name);
        json.Member("name", s.Name);
        json.Member("protocol", s.Protocol.Keyword());
        json.Member("address", s.Address?.ToString());
        json.Member("port", s.Port);
        json.Member("file", s.Location.File);
        json.Member("line", s.Location.Line);
        json.List("endpoints", s.Endpoints, (j, e) =>
        {
            j.WriteStartObject();
            j.Member("address", e.Address.ToString());
            j.Member("port", e.Port);
            j.Member("line", e.Location.Line);
            j.WriteEndObject();
        });
        json.WriteEndObject();
    }

    // Straight into the stream: for the writer the array stays empty.
    private static void Flows(JsonTextWriter json, StreamWriter writer, Stream stream, AnalysisResult result)
    {
        json.WritePropertyName("flows");
        json.WriteStartArray();
        json.Flush();
        writer.Flush();
        JsonFlows.Write(stream, result.Flows, result.Clocks);
        json.WriteEndArray();
    }

    internal static void Citation(JsonTextWriter json, Citation? citation)
    {
        if (citation is null)
            return;
        json.Member("file", citation.Location.File);
        json.Member("line", citation.Location.Line);
        json.Member("rule", citation.Text);
        json.List("chainPath", citation.Path, (j, c) =>
        {
            j.WriteStartObject();
            j.Member("file", c.Location.File);
            j.Member("line", c.Location.Line);
            j.Member("rule", c.Text);
            j.WriteEndObject();
        });
    }

    internal static void FindingObject(JsonTextWriter json, Finding f)
    {
        json.WriteStartObject();
        json.Member("code", f.Code);
        json.Member("severity", f.Severity.ToString().ToLowerInvariant());
        json.Member("namespace", f.Namespace);
        json.Member("file", f.Location?.File);
        json.Member("line", f.Location is { Line: > 0 } l ? l.Line : null);
        json.Member("message", f.Message);
        json.Member("advice", f.Advice);
        var kind = FindingCode.Of(f.Code);
        json.Member("title", kind.Title);
        json.Member("explanation", kind.Explanation);
        json.Member("check_next", kind.CheckNext);
        json.Member("reference", kind.Reference.ToString());
        json.Member("confidence", f.Confidence);
        json.List("flows", f.Flows, (j, x) => j.WriteValue(x.Id));
        json.List("evidence", f.Evidence, (j, x) => j.WriteValue(x.ToString()));
        if (f.Citation is { } citation)
        {
            json.WritePropertyName("citation");
            json.WriteStartObject();
            Citation(json, citation);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Counters(JsonTextWriter json, AnalysisResult result)
    {
        json.WritePropertyName("counters");
        json.WriteStartObject();
        json.Member("frames", result.Frames);
        json.Member("observations", result.Observations);
        json.Member("flows", result.Flows.Count);
        json.WritePropertyName("decodeFaults");
        json.WriteStartObject();
        foreach (var (fault, count) in result.DecodeFaults.OrderBy(p => p.Key))
            json.Member(fault.ToString(), count);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
