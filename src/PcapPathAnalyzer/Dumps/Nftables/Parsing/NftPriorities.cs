using System.Globalization;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Priorities of base chains by name (src/rule.c of nftables, prio_tbl; the bridge family has numbers of its own).</summary>
internal static class NftPriorities
{
    /// <summary><c>filter</c>, <c>dstnat - 10</c>, <c>-150</c>; null where it is none of these.</summary>
    public static int? Read(NftCursor c, string family)
    {
        if (c.AtEnd || Named(c.Take().Text, family == "bridge") is not { } priority)
            return null;
        if (c.AtEnd)
            return priority;
        // "dstnat - 10", and in rule files "dstnat -10"
        var offset = c.Take().Text;
        if (offset is "+" or "-")
            offset += c.AtEnd ? "" : c.Take().Text;
        return int.TryParse(offset, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? priority + number : null;
    }

    private static int? Named(string word, bool isBridge) => word switch
    {
        "dstnat" when isBridge => -300,
        "filter" when isBridge => -200,
        "srcnat" when isBridge => 300,
        "raw" => -300,
        "mangle" => -150,
        "dstnat" => -100,
        "filter" => 0,
        "security" => 50,
        "srcnat" => 100,
        "out" => 100,
        _ => int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
    };
}
