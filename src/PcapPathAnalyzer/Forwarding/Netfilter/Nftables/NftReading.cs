using System.Globalization;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>What an expression gives for one packet.</summary>
internal abstract record NftReading
{
    /// <summary>The packet has no such field: the rule does not match (NFT_BREAK).</summary>
    public static readonly NftReading Absent = new NftAbsent();

    /// <summary>The dumps do not tell.</summary>
    public static readonly NftReading Unknown = new NftNotKnown();

    /// <summary>The text under which an element with exactly this key is found; null where it is not known in full.</summary>
    public virtual string? Exact => null;

    public static NftReading Of(ulong value) => new NftNumberReading(value);

    public static NftReading Of(bool value) => Of(value ? 1UL : 0);

    public static NftReading Of(string? name) => new NftNameReading(name ?? "");

    private sealed record NftAbsent : NftReading;

    private sealed record NftNotKnown : NftReading;
}

/// <param name="Open">Bits of it that dumps do not tell.</param>
internal sealed record NftNumberReading(ulong Value, ulong Open = 0) : NftReading
{
    public override string? Exact => Open == 0 ? Value.ToString(CultureInfo.InvariantCulture) : null;
}

/// <summary>Some port of a range.</summary>
internal sealed record NftPortReading(PortRange Range) : NftReading;

internal sealed record NftAddressReading(IpAddress Address) : NftReading
{
    public override string? Exact => Address.ToString();
}

internal sealed record NftNameReading(string Name) : NftReading
{
    public override string? Exact => Name;
}

/// <summary>Any number from the offset on, each as likely.</summary>
internal sealed record NftChanceReading(int Modulus, int Offset) : NftReading;

internal sealed record NftTupleReading(IReadOnlyList<NftReading> Parts) : NftReading
{
    public override string? Exact { get; } = Parts.All(static p => p.Exact is not null) ? string.Join(" . ", Parts.Select(static p => p.Exact)) : null;
}
