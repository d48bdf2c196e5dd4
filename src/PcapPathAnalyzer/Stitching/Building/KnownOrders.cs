using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>
/// Orders of hops that were found before: thousands of flows go the same way. Remembered under all that <see cref="PathOrder"/>
/// looks at, so that the answer is the one it would give. One instance serves one thread.
/// </summary>
internal sealed class KnownOrders(ObservationTables tables, Network network)
{
    /// <summary>Orders that are remembered; then all are forgotten.</summary>
    private const int Remembered = 1 << 14;

    private readonly PathOrder order = new(tables, network);
    private readonly AddressNodes nodes = new(network);
    private readonly Dictionary<int[], int[]> known = new(new IntsComparer());
    private readonly Dictionary<NetworkNamespace, int> namespaces = network.Namespaces.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i);
    private readonly List<int> key = [];

    /// <summary>Hops in path order, each by its place in the order of first sight.</summary>
    /// <param name="samples">The first packet at each hop, in order of first sight.</param>
    /// <param name="before">As <see cref="PathOrder.Order"/> takes it; only the sign counts.</param>
    /// <param name="sender">Namespace the packets come from, where known.</param>
    /// <param name="receiver">Namespace they go to, where known.</param>
    public int[] Order(ReadOnlySpan<Observation> samples, int[,] before, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        Describe(samples, before, sender, receiver);
        var described = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(key);
        var lookup = known.GetAlternateLookup<ReadOnlySpan<int>>();
        if (lookup.TryGetValue(described, out var places))
            return places;
        var hops = new List<HopCandidate>(samples.Length);
        foreach (ref readonly var o in samples)
            hops.Add(new HopCandidate(PathOrder.Key(o, tables), tables.Points[o.Point], hops.Count, o));
        places = [.. order.Order(hops, before, sender, receiver).Select(h => h.Index)];
        if (known.Count == Remembered)
            known.Clear();
        known.Add([.. described], places);
        return places;
    }

    private void Describe(ReadOnlySpan<Observation> samples, int[,] before, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        key.Clear();
        key.Add(sender is null ? -1 : namespaces[sender]);
        key.Add(receiver is null ? -1 : namespaces[receiver]);
        var (tuple, source, destination) = (-1, 0, 0);
        for (var i = 0; i < samples.Length; i++)
        {
            ref readonly var o = ref samples[i];
            if (o.Tuple != tuple)
            {
                tuple = o.Tuple;
                var value = tables.Tuples[tuple];
                (source, destination) = (nodes.Of(value.Source), nodes.Of(value.Destination));
            }

            // Of times only their order counts, which is that of the hops, and whether they are equal.
            var isTie = i > 0 && o.Time == samples[i - 1].Time;
            key.Add(o.Point | (isTie ? 1 << 16 : 0));
            key.Add(PathOrder.TtlDrop(o.Ttl) | ((int)o.Heading << 8));
            key.Add(o.Tunnel);
            key.Add(o.Macs);
            key.Add(source);
            key.Add(destination);
        }

        var (bits, used) = (0, 0);
        for (var a = 0; a < samples.Length; a++)
        {
            for (var b = a + 1; b < samples.Length; b++)
            {
                bits = (bits << 2) | (Math.Sign(before[a, b]) + 1);
                if (++used % 16 == 0)
                    key.Add(bits);
            }
        }

        key.Add(bits);
    }

    private sealed class IntsComparer : IEqualityComparer<int[]>, IAlternateEqualityComparer<ReadOnlySpan<int>, int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] obj) => GetHashCode(obj.AsSpan());

        public int[] Create(ReadOnlySpan<int> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<int> alternate, int[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<int> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(alternate));
            return hash.ToHashCode();
        }
    }
}

/// <summary>The set of nodes that have an address, by a number; 0 for none. Addresses with the same nodes have the same number.</summary>
internal sealed class AddressNodes(Network network)
{
    private readonly Dictionary<object, int> byOwners = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> byNames = new(StringComparer.Ordinal);

    public int Of(Primitives.IpAddress address)
    {
        var owners = network.Owners(address);
        if (owners.Count == 0)
            return 0;
        if (byOwners.TryGetValue(owners, out var number))
            return number;
        var names = string.Join('\n', owners.Select(o => o.Namespace.Node.Name).Distinct().Order(StringComparer.Ordinal));
        if (!byNames.TryGetValue(names, out number))
            byNames.Add(names, number = byNames.Count + 1);
        byOwners.Add(owners, number);
        return number;
    }
}
