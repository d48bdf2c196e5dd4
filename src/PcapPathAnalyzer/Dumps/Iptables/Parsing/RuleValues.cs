using System.Globalization;
using System.Numerics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>The values that options take: numbers, ranges, marks, addresses.</summary>
internal static class RuleValues
{
    /// <summary>Decimal, <c>0x</c> hexadecimal, or octal with a leading zero, as strtoul(3) with base 0 reads it.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out uint value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return uint.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        if (text.Length < 2 || text[0] != '0')
            return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        value = 0;
        foreach (var c in text[1..])
        {
            if (c is < '0' or > '7' || value > uint.MaxValue >> 3)
                return false;
            value = (value << 3) | (uint)(c - '0');
        }

        return true;
    }

    /// <summary><c>VALUE[/MASK]</c>; the mask is all ones where none is given.</summary>
    public static bool TryMasked(ReadOnlySpan<char> text, out uint value, out uint mask)
    {
        mask = uint.MaxValue;
        var slash = text.IndexOf('/');
        return TryNumber(slash < 0 ? text : text[..slash], out value) && (slash < 0 || TryNumber(text[(slash + 1)..], out mask));
    }

    /// <summary><c>N</c>, <c>N:M</c>, <c>N:</c>, <c>:M</c>.</summary>
    public static bool TryRange(ReadOnlySpan<char> text, int max, out int first, out int last)
    {
        var colon = text.IndexOf(':');
        var low = colon < 0 ? text : text[..colon];
        var high = colon < 0 ? text : text[(colon + 1)..];
        (first, last) = (0, max);
        if (!low.IsEmpty)
        {
            if (!TryNumber(low, out var value) || value > max)
                return false;
            first = (int)value;
        }

        if (!high.IsEmpty)
        {
            if (!TryNumber(high, out var value) || value > max)
                return false;
            last = (int)value;
        }

        return !text.IsEmpty;
    }

    /// <summary>A port or a service's name, or a range of them.</summary>
    public static bool TryPorts(ReadOnlySpan<char> text, char separator, out ushort first, out ushort last)
    {
        var split = text.IndexOf(separator);
        // A name may hold a hyphen; a name is tried as a whole first.
        if (split >= 0 && !(char.IsAsciiLetter(text[0]) && ServiceNames.TryPort(text, out _)))
        {
            first = 0;
            last = ushort.MaxValue;
            return (split == 0 || TryPort(text[..split], out first)) && (split == text.Length - 1 || TryPort(text[(split + 1)..], out last)) && text.Length > 1;
        }

        var ok = TryPort(text, out first);
        last = first;
        return ok;
    }

    public static bool TryPort(ReadOnlySpan<char> text, out ushort port)
    {
        port = 0;
        if (text.IsEmpty)
            return false;
        if (char.IsAsciiLetter(text[0]))
            return ServiceNames.TryPort(text, out port);
        if (!TryNumber(text, out var value) || value > ushort.MaxValue)
            return false;
        port = (ushort)value;
        return true;
    }

    /// <summary>An address with an optional prefix length or mask; <paramref name="mask"/> is set only where the mask has holes.</summary>
    public static bool TryAddress(ReadOnlySpan<char> text, out IpPrefix prefix, out IpAddress? mask)
    {
        mask = null;
        if (IpPrefix.TryParse(text, out prefix))
            return true;
        var slash = text.IndexOf('/');
        if (slash < 0 || !IpAddress.TryParse(text[..slash], out var address) || !IpAddress.TryParse(text[(slash + 1)..], out var holes) || holes.IsIpv4 != address.IsIpv4)
            return false;
        prefix = IpPrefix.Host(address);
        mask = holes;
        return true;
    }

    /// <summary>A range of addresses with a hyphen between, or one address.</summary>
    public static bool TryAddresses(ReadOnlySpan<char> text, out IpAddress first, out IpAddress last)
    {
        var hyphen = text.IndexOf('-');
        if (hyphen < 0)
        {
            var ok = IpAddress.TryParse(text, out first);
            last = first;
            return ok;
        }

        last = default;
        return IpAddress.TryParse(text[..hyphen], out first) && IpAddress.TryParse(text[(hyphen + 1)..], out last) && first.IsIpv4 == last.IsIpv4;
    }

    /// <summary>How many bits a mask of ones without holes has.</summary>
    public static int PopCount(uint mask) => BitOperations.PopCount(mask);
}
