namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>Gathers what the lines of one interface say, and adds its records once the next one begins.</summary>
internal sealed class LinkBuilder(DumpDocument document)
{
    private readonly List<AddressRecord> addresses = [];
    private LinkRecord? link;

    /// <summary>The interface that lines belong to; null before the first.</summary>
    public string? Interface { get; private set; }

    public int IfIndex { get; private set; }

    /// <summary>Words every interface may have.</summary>
    public DetailBag Common { get; private set; } = new();

    /// <summary>Words of the interface's kind.</summary>
    public DetailBag Own { get; private set; } = new();

    /// <summary>Words of its place under a bridge, a bond or a VRF.</summary>
    public DetailBag Port { get; private set; } = new();

    /// <summary><c>bridge_slave</c>, <c>bond_slave</c>, ...; null where not printed.</summary>
    public string? PortKind { get; set; }

    /// <summary>Begins an interface that the dump describes.</summary>
    public void Begin(LinkRecord record)
    {
        Flush();
        link = record;
        (Interface, IfIndex) = (record.Name, record.IfIndex);
    }

    /// <summary>Begins an interface that the dump only names (<c>ip -o addr</c>).</summary>
    public void BeginNamed(int index, string name)
    {
        if (Interface == name)
            return;
        Flush();
        (Interface, IfIndex) = (name, index);
    }

    /// <summary>Changes the open interface; nothing where none is described.</summary>
    public void Change(Func<LinkRecord, LinkRecord> change) => link = link is null ? null : change(link);

    public void Add(AddressRecord address) => addresses.Add(address);

    public void Flush()
    {
        if (link is not null)
            document.Add(LinkKinds.Complete(link, Common, Own, PortKind, Port));
        foreach (var address in addresses)
            document.Add(address);
        addresses.Clear();
        (link, Interface, IfIndex, PortKind) = (null, null, 0, null);
        (Common, Own, Port) = (new DetailBag(), new DetailBag(), new DetailBag());
    }
}
