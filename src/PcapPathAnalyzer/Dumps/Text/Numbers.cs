using System.Globalization;

namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>Numbers as the kernel's tools print them.</summary>
internal static class Numbers
{
    /// <summary>Decimal, or hexadecimal behind <c>0x</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return long.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary><c>value</c> or <c>value/mask</c>; without a mask all 32 bits count.</summary>
    public static bool TryParseMark(ReadOnlySpan<char> text, out uint value, out uint mask)
    {
        (value, mask) = (0, uint.MaxValue);
        var slash = text.IndexOf('/');
        if (!TryParse(slash < 0 ? text : text[..slash], out var v) || v is < 0 or > uint.MaxValue)
            return false;
        value = (uint)v;
        if (slash < 0)
            return true;
        if (!TryParse(text[(slash + 1)..], out var m) || m is < 0 or > uint.MaxValue)
            return false;
        mask = (uint)m;
        return true;
    }
}
