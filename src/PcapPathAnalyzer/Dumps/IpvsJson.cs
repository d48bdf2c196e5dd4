using Newtonsoft.Json.Linq;

namespace PcapPathAnalyzer.Dumps;

/// <summary>The JSON form of an IPVS service: one object for the service, one per real server.</summary>
internal static class IpvsJson
{
    public static IEnumerable<JObject> Of(IpvsRecord service)
    {
        yield return Named(DumpJson.Head(service.Location, service.Kind), service, ("scheduler", service.Scheduler), ("persistence", DumpJson.Positive(service.Persistence)), ("flags", service.Flags));
        foreach (var s in service.Servers)
        {
            yield return Named(DumpJson.Head(service.Location with { Line = s.Line }, "ipvs-server"), service, ("server", s.Address), ("server_port", DumpJson.Positive(s.Port)), ("forward", s.Forward),
                ("weight", s.Weight < 0 ? null : s.Weight), ("active_connections", DumpJson.Told(s.ActiveConnections)), ("inactive_connections", DumpJson.Told(s.InactiveConnections)));
        }
    }

    private static JObject Named(JObject entry, IpvsRecord service, params ReadOnlySpan<(string Name, object? Value)> fields) =>
        DumpJson.Fill(DumpJson.Fill(entry, ("protocol", service.Protocol), ("address", DumpJson.Known(service.Address)), ("port", DumpJson.Positive(service.Port)), ("fwmark", DumpJson.Positive(service.Mark))), fields);
}
