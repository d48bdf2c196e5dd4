using PcapPathAnalyzer.Dumps.Iptables.Parsing;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>Which columns <c>iptables -L</c> prints, as the line below a chain's name says (iptables/xshared.c, print_header).</summary>
/// <param name="HasNumbers"><c>--line-numbers</c>.</param>
/// <param name="HasCounters"><c>-v</c>.</param>
/// <param name="HasInterfaces"><c>-v</c>: without it a listing does not tell <c>-i</c> and <c>-o</c>.</param>
internal readonly record struct ListingColumns(bool HasNumbers, bool HasCounters, bool HasInterfaces)
{
    public static bool TryRead(ReadOnlySpan<char> line, out ListingColumns columns)
    {
        columns = default;
        var words = new Words(line);
        if (!words.Next())
            return false;
        var numbers = words.Current is "num" && words.Next();
        var counters = words.Current is "pkts" && words.Skip("bytes") && words.Next();
        if (words.Current is not "target" || !words.Skip("prot"))
            return false;
        words.Skip("opt");
        var interfaces = words.Skip("in") && words.Skip("out");
        columns = new ListingColumns(numbers, counters, interfaces);
        return words.Skip("source") && words.Skip("destination");
    }

    /// <summary>Takes a rule's line apart; false where it is none.</summary>
    public bool TrySplit(string line, out ListingRow row)
    {
        row = new ListingRow();
        var words = new Words(line);
        var targetAt = 0;
        if (HasNumbers)
        {
            if (!words.Next() || !int.TryParse(words.Current, out _))
                return false;
            // The number fills four columns, and a blank follows.
            targetAt = Math.Max(words.Column - 1 + words.Current.Length, 4) + 1;
        }

        if (HasCounters)
        {
            if (!words.Next() || !Counters.TryRounded(words.Current, out var packets) || !words.Next() || !Counters.TryRounded(words.Current, out var bytes))
                return false;
            (row.Packets, row.Bytes) = (packets, bytes);
            targetAt = words.Column + words.Current.Length;
        }

        // A rule without a target leaves the column blank.
        if (targetAt < line.Length && line[targetAt] != ' ' && !ListingRow.IsProtocol(Second(words)))
            return false;
        if (targetAt < line.Length && line[targetAt] != ' ' && words.Next())
            row.Target = words.Current.ToString();
        return row.Read(ref words, HasInterfaces);
    }

    private static ReadOnlySpan<char> Second(Words words)
    {
        words.Next();
        words.Next();
        return words.Current;
    }
}
