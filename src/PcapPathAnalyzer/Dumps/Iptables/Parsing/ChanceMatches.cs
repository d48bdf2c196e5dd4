using System.Globalization;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>statistic: by chance, or every nth packet (xt_statistic.c).</summary>
internal static class ChanceMatches
{
    public static readonly Extension[] All = [Extension.Whole("statistic", Statistic, "", "--mode --probability --every --packet")];

    private static StatisticMatch? Statistic(OptionGroup group)
    {
        if (group.TryGet("--probability", out var probability))
        {
            return double.TryParse(probability.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var p) && p is >= 0 and <= 1
                ? new StatisticMatch(p) { Negated = probability.Negated, Text = group.Text }
                : null;
        }

        if (!group.TryGet("--every", out var every) || !RuleValues.TryNumber(every.Value, out var n) || n is 0 or > int.MaxValue)
            return null;
        uint packet = 0;
        if (group.TryGet("--packet", out var option) && (!RuleValues.TryNumber(option.Value, out packet) || packet >= n))
            return null;
        return new StatisticMatch(null, (int)n, (int)packet) { Negated = every.Negated, Text = group.Text };
    }
}
