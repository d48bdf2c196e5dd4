using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology.Services;

/// <summary>Addresses and ports that some namespace's rules answer for although no host may have them: those of <see cref="ServiceCatalogue"/> that name an address.</summary>
public sealed class ServiceAddresses
{
    private readonly HashSet<(IpAddress Address, int Port)> known = [];

    public ServiceAddresses(Network network)
    {
        foreach (var service in network.Namespaces.SelectMany(ServiceCatalogue.Of))
        {
            if (service.Address is { } address)
                known.Add((address, service.Port));
        }
    }

    /// <summary>True where exactly this destination and port (or all its ports) are a service's.</summary>
    public bool Contains(in FiveTuple tuple) => known.Contains((tuple.Destination, tuple.DestinationPort)) || known.Contains((tuple.Destination, 0));
}
