using Newtonsoft.Json;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Reports;

/// <summary>What <c>services --format json</c> prints: an entry per address or node port, in it what each node makes of it.</summary>
public static class ServicesJson
{
    /// <summary>Grows by members without a new number; a changed meaning takes a new one.</summary>
    public const int Schema = 1;

    public static void Write(TextWriter output, string bundle, Network network)
    {
        using var json = new JsonTextWriter(output) { Formatting = Formatting.Indented, CloseOutput = false };
        json.WriteStartObject();
        json.Member("schema", Schema);
        json.Member("bundle", bundle);
        json.List("services", ServiceCatalogue.Fronts(network), (j, f) => Front(j, network, f));
        json.WriteEndObject();
        json.Flush();
    }

    private static void Front(JsonTextWriter json, Network network, ServiceFront front)
    {
        json.WriteStartObject();
        json.Member("name", front.Name);
        json.Member("kind", front.First.Kind.Name());
        json.Member("protocol", front.First.Protocol.Keyword());
        json.Member("address", front.First.Address?.ToString());
        json.Member("port", front.First.Port);
        json.Member("agreed", front.IsAgreed);
        json.Member("local", front.First.IsOfOneNode);
        json.List("unknown_to", front.UnknownTo, static (j, n) => j.WriteValue(n.Name));
        json.List("nodes", front.Entries, (j, e) => Entry(j, network, e));
        json.WriteEndObject();
    }

    private static void Entry(JsonTextWriter json, Network network, ServiceEntry entry)
    {
        json.WriteStartObject();
        json.Member("namespace", entry.Namespace.Name);
        json.Member("chain", entry.Chain);
        json.Member("file", entry.Location.File);
        json.Member("line", entry.Location.Line);
        // Without it an empty list of endpoints means that there are none.
        json.Member("missing", entry.Missing);
        json.List("endpoints", entry.Endpoints, (j, e) =>
        {
            j.WriteStartObject();
            j.Member("address", e.Address.ToString());
            j.Member("port", e.Port == 0 ? entry.Port : e.Port);
            j.Member("namespace", network.Owner(e.Address)?.Name);
            j.Member("file", e.Location.File);
            j.Member("line", e.Location.Line);
            j.WriteEndObject();
        });
        json.WriteEndObject();
    }
}
