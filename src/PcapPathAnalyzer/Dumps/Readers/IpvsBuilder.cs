namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>Collects the real servers of a virtual service, whose lines follow the service's.</summary>
internal sealed class IpvsBuilder(DumpDocument document)
{
    private readonly List<IpvsServer> servers = [];
    private IpvsRecord? service;

    /// <summary>A service begins; the one before it is whole.</summary>
    public bool Begin(IpvsRecord next)
    {
        Flush();
        service = next;
        return true;
    }

    /// <summary>False where no service stands before it.</summary>
    public bool Add(IpvsServer server)
    {
        if (service is null)
            return false;
        servers.Add(server);
        return true;
    }

    /// <summary>True where the service that is open is this one: <c>ipvsadm -S</c> names it again for each server.</summary>
    public bool IsOpen(IpvsRecord named) =>
        service is not null && (service.Protocol, service.Address, service.Port, service.Mark) == (named.Protocol, named.Address, named.Port, named.Mark);

    public void Flush()
    {
        if (service is not null)
            document.Add(service with { Servers = [.. servers] });
        servers.Clear();
        service = null;
    }
}
