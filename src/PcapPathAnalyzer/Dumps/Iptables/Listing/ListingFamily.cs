namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>Which IP version a listing is of: its rules have addresses; without rules the command or the file's name says it.</summary>
internal static class ListingFamily
{
    /// <param name="start">Index of the table's first line; a chain that comes again is the next table's.</param>
    public static int Of(DumpText text, int start)
    {
        var columns = default(ListingColumns);
        var chains = new HashSet<string>(StringComparer.Ordinal);
        for (var i = start; i < text.Count; i++)
        {
            if (ListingFile.TryChain(text[i].AsSpan().Trim(), out var chain, out _) && !chains.Add(chain.ToString()))
                break;
            if (ListingColumns.TryRead(text[i].AsSpan().Trim(), out var read))
                columns = read;
            else if (columns.TrySplit(text[i], out var row) && Version(row.Source) + Version(row.Destination) is var version and > 0)
                return version > 4 && version != 8 ? 6 : 4;
        }

        return (text.Command ?? text.File).Contains("ip6", StringComparison.Ordinal) ? 6 : 4;
    }

    // "anywhere" and names say nothing.
    private static int Version(string address) => address.Contains(':', StringComparison.Ordinal) ? 6 : Parsing.RuleValues.TryAddress(address.TrimStart('!'), out _, out _) ? 4 : 0;
}
