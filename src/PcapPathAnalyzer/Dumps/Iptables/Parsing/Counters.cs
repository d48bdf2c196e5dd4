namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>Packet and byte counters: <c>[12:3456]</c>, and <c>12K</c> of listings.</summary>
internal static class Counters
{
    public static bool TryRead(ReadOnlySpan<char> text, out long packets, out long bytes)
    {
        packets = bytes = -1;
        var colon = text.IndexOf(':');
        return text is ['[', .., ']'] && colon > 0 && long.TryParse(text[1..colon], out packets) && long.TryParse(text[(colon + 1)..^1], out bytes);
    }

    /// <summary>The two numbers of <c>-c 12 3456</c>.</summary>
    public static bool TryRead(ReadOnlySpan<char> first, ReadOnlySpan<char> second, out long packets, out long bytes)
    {
        bytes = -1;
        return long.TryParse(first, out packets) && long.TryParse(second, out bytes);
    }

    /// <summary>A number with K, M, G or T behind it, thousands each, rounded by iptables (libxtables/xtables.c, xtables_print_num).</summary>
    public static bool TryRounded(ReadOnlySpan<char> text, out long value)
    {
        value = -1;
        if (text.IsEmpty)
            return false;
        var factor = text[^1] switch { 'K' => 1_000L, 'M' => 1_000_000L, 'G' => 1_000_000_000L, 'T' => 1_000_000_000_000L, _ => 1L };
        if (!long.TryParse(factor == 1 ? text : text[..^1], System.Globalization.NumberStyles.None, null, out var number) || number > long.MaxValue / factor)
            return false;
        value = number * factor;
        return true;
    }
}
