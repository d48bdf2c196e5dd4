namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>
/// What the fragments of a datagram, and the datagram where it is whole, have in common. IPv4 keeps its identification when
/// connection tracking puts fragments together and the next interface takes them apart again; IPv6 gets a new one each time
/// (ip6_fragment in net/ipv6/ip6_output.c), so there the datagram itself tells: its beginning and its length. What one place missed of it another one
/// may have, under the same identification; where none has the last fragment, another datagram that begins so tells the length.
/// </summary>
internal sealed class FragmentIdentities(ObservationTables tables)
{
    /// <summary>UDP's and ICMP's: the header that only the first fragment has.</summary>
    private const int TransportHeader = 8;

    private readonly HashSet<uint> fragmented = [];
    private readonly Dictionary<uint, Whole> datagrams = [];

    // By the identity of the first fragment; 0 where there are several.
    private readonly Dictionary<(ulong First, uint Whole), int> lengths = [];

    // Every copy tells more bytes of the datagram than identity knows.
    private bool haveBodies;

    /// <summary>Looks at all packets of one direction of one connection.</summary>
    /// <param name="items">Where the observations are.</param>
    /// <param name="indices">Those of the direction.</param>
    /// <param name="count">How many indices there are.</param>
    public void Note(Observation[] items, int[] indices, int count)
    {
        fragmented.Clear();
        datagrams.Clear();
        lengths.Clear();
        haveBodies = true;
        for (var k = 0; k < count; k++)
        {
            ref var o = ref items[indices[k]];
            haveBodies &= BodyOf(o) != 0 || o.FragmentOffset != 0;
            if (o.Kind != ObservationKind.Fragment)
                continue;
            fragmented.Add(o.Identification);
            if (IsIpv4(o))
                continue;
            datagrams.TryGetValue(o.Identification, out var known);
            if (o.FragmentOffset == 0)
                known.First = o;
            if ((o.Flags & Decode.PacketFlags.MoreFragments) == 0)
                known.Length = o.FragmentOffset + o.PayloadLength - TransportHeader;
            datagrams[o.Identification] = known;
        }

        foreach (var whole in datagrams.Values.Where(static w => w is { Length: > 0, First.Length: > 0 }))
        {
            var beginning = BeginningOf(whole.First);
            if (!lengths.TryAdd(beginning, whole.Length) && lengths[beginning] != whole.Length)
                lengths[beginning] = 0;
        }
    }

    /// <summary>The same for all copies of a packet, whole or in pieces.</summary>
    public ulong KeyOf(in Observation o)
    {
        if (fragmented.Count == 0)
            return o.Identity();
        // A piece of a tunnel's packet may be one of a fragment.
        if ((o.Flags & Decode.PacketFlags.Fragment) != 0 && datagrams.TryGetValue(o.Identification, out var known) && LengthOf(known) is > 0 and var length)
            return WithBody(known.First with { Kind = ObservationKind.Packet, Identification = 0, PayloadLength = length });
        return o.HasIdentification() && fragmented.Contains(o.Identification) ? ((ulong)o.Identification << 32) | 0xF4A6 : WithBody(o);
    }

    // Of datagrams that begin alike and are as long, a later fragment may be of any.
    private ulong WithBody(in Observation o) => haveBodies ? ObservationFacts.WithWhole(o.Identity(), BodyOf(o)) : o.Identity();

    // A piece of a tunnel's packet has what the packet inside has.
    private static uint BodyOf(in Observation o) => o.Kind == ObservationKind.OuterFragment ? (o with { Kind = ObservationKind.Packet }).WholeHash : o.WholeHash;

    private int LengthOf(in Whole whole) =>
        whole.First.Length == 0 ? 0 : whole.Length > 0 ? whole.Length : lengths.GetValueOrDefault(BeginningOf(whole.First));

    private (ulong First, uint Whole) BeginningOf(in Observation first) => (first.DatagramIdentity(tables), first.WholeHash);

    private bool IsIpv4(in Observation o) => tables.Tuples[o.Tuple].Source.IsIpv4;

    // Either part may be missing where captures have gaps.
    private record struct Whole(Observation First, int Length);
}
