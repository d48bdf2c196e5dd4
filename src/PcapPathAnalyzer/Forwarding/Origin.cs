using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>Where a question's packet begins: in a namespace of the bundle, or on a device that hears it from outside.</summary>
internal static class Origin
{
    public static (NetworkNamespace? Namespace, NetworkInterface? Device, IpAddress Source) Find(Network network, Question question, IpAddress destination, out string error)
    {
        error = "";
        if (!IpAddress.TryParse(question.From, out var source))
        {
            var found = Named(network, question.From);
            if (found.Count != 1)
                error = found.Count == 0 ? $"--from: '{question.From}' is neither an address nor a namespace of the bundle ({Names(network.Namespaces)})" : $"--from: '{question.From}' names several namespaces: {Names(found)}";
            else if (question.In is not null)
                error = "--in says where a packet from outside comes in: then --from is its source address";
            return error.Length > 0 ? default : (found[0], null, default);
        }

        if (source.IsIpv4 != destination.IsIpv4)
        {
            error = "--from and --to are addresses of different families";
            return default;
        }

        if (question.In is { } device)
            return Entry(network, device, destination, source, out error);
        var owners = network.Owners(source).Where(i => !i.IsLoopback).Select(i => i.Namespace).Distinct().ToList();
        if (owners.Count == 1)
            return (owners[0], null, source);
        if (owners.Count > 1)
            error = $"--from: {source} is an address of several namespaces: {Names(owners)}; name one, or say where it comes in: --in NAMESPACE:INTERFACE";
        else if (network.Owners(destination).FirstOrDefault(i => !i.IsLoopback && i.Peer is null && i.Link.LinkKind != "dummy" && i.Name != Ipvs.ServiceHook.KubeDevice) is { } target)
            return (target.Namespace, target, source);
        else
            error = $"--from: nobody in the bundle has {source}; say where it comes in: --in NAMESPACE:INTERFACE";
        return default;
    }

    private static (NetworkNamespace?, NetworkInterface?, IpAddress) Entry(Network network, string text, IpAddress destination, IpAddress source, out string error)
    {
        error = "";
        var colon = text.IndexOf(':');
        var name = colon < 0 ? text : text[(colon + 1)..];
        var namespaces = colon < 0 ? [.. network.Owners(destination).Select(i => i.Namespace).Distinct()] : Named(network, text[..colon]);
        if (colon < 0 && namespaces.Count == 0)
            namespaces = [.. network.Namespaces.Where(n => n.IsNode && n.Interface(name) is not null)];
        if (namespaces.Count != 1)
            error = $"--in: write NAMESPACE:INTERFACE; '{text}' fits {(namespaces.Count == 0 ? "no namespace" : Names(namespaces))}";
        else if (namespaces[0].Interface(name) is { } device)
            return (namespaces[0], device, source);
        else
            error = $"--in: {namespaces[0].Name} has no interface {name}";
        return default;
    }

    private static List<NetworkNamespace> Named(Network network, string name) =>
        network.Find(name) is { } exact ? [exact] : [.. network.Namespaces.Where(n => n.Name.EndsWith($"/{name}", StringComparison.Ordinal))];

    private static string Names(IReadOnlyList<NetworkNamespace> namespaces) =>
        string.Join(", ", namespaces.Take(12).Select(n => n.Name)) + (namespaces.Count > 12 ? $" and {namespaces.Count - 12} more" : "");
}
