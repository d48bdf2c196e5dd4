using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>Computes what an expression gives for a packet.</summary>
internal sealed class NftExpressionReader(NetworkNamespace ns, NftTable table, bool isBeforeConntrack)
{
    public NftReading Read(NftExpression expression, PacketState packet) => expression switch
    {
        NftField f => NftFields.Read(f.Name, packet, isBeforeConntrack),
        NftFib f => NftFibLookup.Read(ns, f, packet),
        NftNumberGenerator g => new NftChanceReading(g.Modulus, g.Offset),
        NftConstant c => Constant(c.Value),
        NftConcatenation c => Tuple([.. c.Parts.Select(p => Read(p, packet))]),
        NftOperation o => Operation(o.Operator, Read(o.Left, packet), Read(o.Right, packet)),
        NftLookup l => Lookup(l, packet),
        _ => NftReading.Unknown,
    };

    /// <summary>The elements of a set or map by name, or the rule's own; null where a name is not in the dump.</summary>
    public NftElements? Elements(NftSetOperand set) => set.Elements ?? (set.Name is { } name && table.Sets.TryGetValue(name, out var found) ? found.Elements : null);

    /// <summary>What a match asks that dumps leave open; null where the next asking may be answered otherwise.</summary>
    public OpenQuestion? Question(NftMatch match, PacketState packet) =>
        match.Set is { } set && IsFilledByPackets(set) ? null : NftQuestions.Of(ns.Name, $"{table.Family} {table.Name}", match, packet);

    /// <summary>True for a set that packets fill: what is in it when a packet passes, no dump tells.</summary>
    public bool IsFilledByPackets(NftSetOperand set) => set.Name is { } name && table.Sets.TryGetValue(name, out var found) && found.Flags.Contains("dynamic");

    private static NftReading Constant(NftValue value) => value switch
    {
        NftNumber n when n.First == n.Last => NftReading.Of(n.First),
        NftAddress a when a.First == a.Last => new NftAddressReading(a.First),
        NftName { IsWildcard: false } n => NftReading.Of(n.Text),
        NftTuple t => Tuple([.. t.Parts.Select(Constant)]),
        _ => NftReading.Unknown,
    };

    private static NftReading Tuple(IReadOnlyList<NftReading> parts) => parts.Contains(NftReading.Absent) ? NftReading.Absent : new NftTupleReading(parts);

    private NftReading Lookup(NftLookup lookup, PacketState packet)
    {
        var key = Read(lookup.Key, packet);
        if (key == NftReading.Absent)
            return key;
        if (Elements(lookup.Map) is not { } elements || IsFilledByPackets(lookup.Map))
            return NftReading.Unknown;
        return NftLookups.Ways(key, elements) switch
        {
            [{ Element: { Data: { } data } }] => Constant(data),
            [{ Element: null }] => NftReading.Absent,
            _ => NftReading.Unknown,
        };
    }

    private static NftReading Operation(string @operator, NftReading left, NftReading right)
    {
        if (left == NftReading.Absent || right == NftReading.Absent)
            return NftReading.Absent;
        if (left is not NftNumberReading l || right is not NftNumberReading { Open: 0 } r)
            return NftReading.Unknown;
        return @operator switch
        {
            "&" => new NftNumberReading(l.Value & r.Value, l.Open & r.Value),
            "|" => new NftNumberReading(l.Value | r.Value, l.Open & ~r.Value),
            "^" => new NftNumberReading(l.Value ^ r.Value, l.Open),
            "<<" => new NftNumberReading((l.Value << (int)r.Value) & uint.MaxValue, l.Open << (int)r.Value),
            ">>" => new NftNumberReading(l.Value >> (int)r.Value, l.Open >> (int)r.Value),
            _ => NftReading.Unknown,
        };
    }
}
