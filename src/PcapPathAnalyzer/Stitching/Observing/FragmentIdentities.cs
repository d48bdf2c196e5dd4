namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>
/// What the fragments of a datagram, and the datagram where it is whole, have in common. IPv4 keeps its identification when
/// connection tracking puts fragments together and the next interface takes them apart again; IPv6 gets a new one each time
/// (ip6_fragment in net/ipv6/ip6_output.c), so there the datagram itself tells: its beginning and its length.
/// </summary>
internal sealed class FragmentIdentities(ObservationTables tables)
{
    /// <summary>UDP's and ICMP's: the header that only the first fragment has.</summary>
    private const int TransportHeader = 8;

    private readonly HashSet<uint> fragmented = [];
    private readonly Dictionary<(int Place, int Tunnel, uint Identification), Whole> datagrams = [];

    /// <summary>Looks at all packets of one direction of one connection.</summary>
    /// <param name="items">Where the observations are.</param>
    /// <param name="indices">Those of the direction.</param>
    /// <param name="count">How many indices there are.</param>
    public void Note(Observation[] items, int[] indices, int count)
    {
        fragmented.Clear();
        datagrams.Clear();
        for (var k = 0; k < count; k++)
        {
            ref var o = ref items[indices[k]];
            if (o.Kind != ObservationKind.Fragment)
                continue;
            fragmented.Add(o.Identification);
            if (IsIpv4(o))
                continue;
            datagrams.TryGetValue(Key(o), out var known);
            if (o.FragmentOffset == 0)
                known.First = o;
            if ((o.Flags & Decode.PacketFlags.MoreFragments) == 0)
                known.Length = o.FragmentOffset + o.PayloadLength - TransportHeader;
            datagrams[Key(o)] = known;
        }
    }

    /// <summary>The same for all copies of a packet, whole or in pieces.</summary>
    public ulong KeyOf(in Observation o)
    {
        if (fragmented.Count == 0)
            return o.Identity();
        // A piece of a tunnel's packet may be one of a fragment.
        if ((o.Flags & Decode.PacketFlags.Fragment) != 0 && datagrams.TryGetValue(Key(o), out var known) && known is { Length: > 0, First.Length: > 0 })
            return (known.First with { Kind = ObservationKind.Packet, Identification = 0, PayloadLength = known.Length }).Identity();
        return o.HasIdentification() && fragmented.Contains(o.Identification) ? ((ulong)o.Identification << 32) | 0xF4A6 : o.Identity();
    }

    private (int Place, int Tunnel, uint Identification) Key(in Observation o) => (tables.PlaceOf(o.Point), o.Tunnel, o.Identification);

    private bool IsIpv4(in Observation o) => tables.Tuples[o.Tuple].Source.IsIpv4;

    // Either part may be missing where a capture has a gap.
    private record struct Whole(Observation First, int Length);
}
