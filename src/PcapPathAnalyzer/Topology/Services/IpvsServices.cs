using System.Globalization;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology.Services;

/// <summary>
/// Services of IPVS: its virtual services with their real servers, and kube-proxy's IP sets, which say what each address is for and name services
/// even where <c>ipvsadm</c> was not dumped (pkg/proxy/ipvs/ipset.go).
/// </summary>
internal static class IpvsServices
{
    private static readonly Dictionary<string, (ServiceAddressKind Kind, IpProtocol? Protocol)> Sets = new(StringComparer.Ordinal)
    {
        ["CLUSTER-IP"] = (ServiceAddressKind.ClusterIp, null),
        ["EXTERNAL-IP"] = (ServiceAddressKind.ExternalIp, null),
        ["LOAD-BALANCER"] = (ServiceAddressKind.LoadBalancerIp, null),
        ["NODE-PORT-TCP"] = (ServiceAddressKind.NodePort, IpProtocol.Tcp),
        ["NODE-PORT-UDP"] = (ServiceAddressKind.NodePort, IpProtocol.Udp),
        ["NODE-PORT-SCTP-HASH"] = (ServiceAddressKind.NodePort, IpProtocol.Sctp),
    };

    public static IEnumerable<ServiceEntry> Of(NetworkNamespace ns)
    {
        var listed = OfSets(ns).ToList();
        var kinds = listed.DistinctBy(s => (s.Address, s.Port, s.Protocol)).ToDictionary(s => (s.Address, s.Port, s.Protocol));
        foreach (var service in ns.IpvsServices)
        {
            if (service.Protocol is not { } protocol)
                continue; // of marked packets: no address asks for it
            // A node port is a virtual service on each of the node's own addresses; kube-ipvs0 holds the other ones.
            var isNodePort = ns.Interfaces.Any(i => i.Name != "kube-ipvs0" && i.Addresses.Any(a => a.Address.Address == service.Address));
            IpAddress? address = isNodePort ? null : service.Address;
            var entry = new ServiceEntry
            {
                Namespace = ns,
                Protocol = protocol,
                Address = address,
                Port = service.Port,
                Kind = isNodePort ? ServiceAddressKind.NodePort : ServiceAddressKind.Address,
                Location = service.Location,
                Endpoints = [.. service.Servers.Select(s => new ServiceEndpoint(s.Address, s.Port, new SourceLocation(service.Location.File, s.Line)))],
            };
            yield return kinds.TryGetValue((address, service.Port, protocol), out var known) ? entry with { Kind = known.Kind, Name = known.Name } : entry;
        }

        foreach (var service in listed)
            yield return service;
    }

    private static IEnumerable<ServiceEntry> OfSets(NetworkNamespace ns)
    {
        foreach (var set in ns.IpSets.Values)
        {
            var name = set.Name.StartsWith("KUBE-6-", StringComparison.Ordinal) ? set.Name[7..] : set.Name.StartsWith("KUBE-", StringComparison.Ordinal) ? set.Name[5..] : "";
            if (!Sets.TryGetValue(name, out var meaning))
                continue;
            foreach (var member in set.Members)
            {
                if (OfMember(ns, set, member, meaning.Kind, meaning.Protocol) is { } service)
                    yield return service;
            }
        }
    }

    // "10.96.0.10,udp:53" of hash:ip,port; "30080" of bitmap:port; "192.168.56.11,sctp:30090" of a node port of SCTP.
    private static ServiceEntry? OfMember(NetworkNamespace ns, IpSetRecord set, IpSetMember member, ServiceAddressKind kind, IpProtocol? protocol)
    {
        var fields = member.Text.Split(',');
        var port = fields[^1];
        var colon = port.IndexOf(':');
        if (colon > 0 && IpProtocols.TryParse(port.AsSpan(0, colon), out var named))
            protocol = named;
        IpAddress? address = fields.Length > 1 && kind != ServiceAddressKind.NodePort && IpAddress.TryParse(fields[0], out var parsed) ? parsed : null;
        if (protocol is not { } p || !ushort.TryParse(port.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || (address is null && kind != ServiceAddressKind.NodePort))
            return null;
        return new ServiceEntry
        {
            Namespace = ns,
            Protocol = p,
            Address = address,
            Port = number,
            Kind = kind,
            Name = member.Comment,
            Location = new SourceLocation(set.Location.File, member.Line),
            Endpoints = [],
            Missing = "ipvsadm -Ln",
        };
    }
}
