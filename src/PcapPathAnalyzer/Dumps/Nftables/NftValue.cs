using System.Globalization;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Nftables;

/// <summary>A constant that a packet's field is held against.</summary>
public abstract record NftValue
{
    /// <summary>One text for one value, where it is a single one; null for ranges, wildcards and what was not understood.</summary>
    public abstract string? Exact { get; }
}

/// <summary>A number or a range of them, inclusive: ports, protocols, marks, bits, types.</summary>
public sealed record NftNumber(ulong First, ulong Last) : NftValue
{
    public NftNumber(ulong value)
        : this(value, value)
    {
    }

    public override string? Exact => First == Last ? First.ToString(CultureInfo.InvariantCulture) : null;
}

/// <summary>An address, a prefix or a range, inclusive.</summary>
public sealed record NftAddress(IpAddress First, IpAddress Last) : NftValue
{
    /// <summary>The prefix as printed, where it was one.</summary>
    public IpPrefix? Prefix { get; init; }

    public override string? Exact => First == Last ? First.ToString() : null;

    public bool Contains(IpAddress address) => address.IsIpv4 == First.IsIpv4 && address.CompareTo(First) >= 0 && address.CompareTo(Last) <= 0;
}

/// <summary>A name: an interface, an address type, a kind of interface. A wildcard stands for all names that begin so.</summary>
public sealed record NftName(string Text, bool IsWildcard = false) : NftValue
{
    public override string? Exact => IsWildcard ? null : Text;

    public bool Fits(string name) => IsWildcard ? name.StartsWith(Text, StringComparison.Ordinal) : name == Text;
}

/// <summary><c>*</c>: what no other element matches.</summary>
public sealed record NftAny : NftValue
{
    public override string? Exact => null;
}

/// <summary>Values side by side: <c>10.0.0.1 . tcp . 80</c>.</summary>
public sealed record NftTuple(IReadOnlyList<NftValue> Parts) : NftValue
{
    public override string? Exact => Parts.All(static p => p.Exact is not null) ? string.Join(" . ", Parts.Select(static p => p.Exact)) : null;
}

/// <summary>A value that the program does not understand, or that stands for something a dump does not hold.</summary>
public sealed record NftUnknownValue(string Text) : NftValue
{
    public override string? Exact => null;
}
