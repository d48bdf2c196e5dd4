using System.Numerics;

namespace PcapPathAnalyzer.Primitives;

/// <summary>An address block: an address and how many leading bits count (0..32 or 0..128).</summary>
/// <remarks>The address keeps its host bits, as <c>ip addr</c> prints them; <see cref="Network"/> has them cleared.</remarks>
public readonly record struct IpPrefix(IpAddress Address, int Length) : IComparable<IpPrefix>
{
    /// <summary>0.0.0.0/0.</summary>
    public static IpPrefix Ipv4Default => new(IpAddress.Ipv4Any, 0);

    /// <summary>::/0.</summary>
    public static IpPrefix Ipv6Default => new(IpAddress.None, 0);

    public IpPrefix Network => this with { Address = Mask(Address, Length) };

    /// <summary>True when the block is one address.</summary>
    public bool IsHost => Length == Address.Bits;

    /// <summary>The block that holds exactly this address.</summary>
    public static IpPrefix Host(IpAddress address) => new(address, address.Bits);

    public bool Contains(IpAddress other) => other.IsIpv4 == Address.IsIpv4 && Mask(other, Length) == Mask(Address, Length);

    public bool Contains(IpPrefix other) => other.Length >= Length && Contains(other.Address);

    /// <summary><c>a.b.c.d</c>, <c>a.b.c.d/len</c>, <c>a.b.c.d/mask</c>, <c>addr6</c>, <c>addr6/len</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpPrefix prefix)
    {
        prefix = default;
        var slash = text.IndexOf('/');
        if (!IpAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
            return false;
        var length = address.Bits;
        if (slash >= 0)
        {
            var tail = text[(slash + 1)..];
            if (IpAddress.TryParse(tail, out var mask) && mask.IsIpv4 == address.IsIpv4)
            {
                length = address.IsIpv4 ? BitOperations.PopCount(mask.Ipv4Value) : BitOperations.PopCount(mask.High) + BitOperations.PopCount(mask.Low);
                // A mask with holes is no prefix (iptables takes it; the rule reader keeps such a match as address and mask).
                if (Mask(address.IsIpv4 ? IpAddress.FromIpv4(uint.MaxValue) : IpAddress.FromIpv6(ulong.MaxValue, ulong.MaxValue), length) != mask)
                    return false;
            }
            else if (!int.TryParse(tail, out length) || length < 0 || length > address.Bits)
            {
                return false;
            }
        }

        prefix = new IpPrefix(address, length);
        return true;
    }

    /// <exception cref="FormatException">The text is not an address or prefix.</exception>
    public static IpPrefix Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var prefix) ? prefix : throw new FormatException($"'{text}' is not an address prefix");

    /// <summary>The address with all but the first <paramref name="length"/> bits cleared.</summary>
    public static IpAddress Mask(IpAddress address, int length)
    {
        if (address.IsIpv4)
            return IpAddress.FromIpv4(length <= 0 ? 0 : address.Ipv4Value & (uint.MaxValue << (32 - Math.Min(length, 32))));
        var high = length <= 0 ? 0 : length >= 64 ? address.High : address.High & (ulong.MaxValue << (64 - length));
        var low = length <= 64 ? 0 : length >= 128 ? address.Low : address.Low & (ulong.MaxValue << (128 - length));
        return IpAddress.FromIpv6(high, low);
    }

    public int CompareTo(IpPrefix other)
    {
        var byAddress = Address.CompareTo(other.Address);
        return byAddress != 0 ? byAddress : Length.CompareTo(other.Length);
    }

    public override string ToString() => $"{Address}/{Length}";
}
