using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>
/// Which table <c>iptables -S</c> and <c>iptables -L</c> print: they do not say. The built-in chains tell most (iptables(8), TABLES),
/// the command's <c>-t</c> or the file's name the rest.
/// </summary>
internal static partial class TableGuess
{
    private static readonly string[] Names = ["filter", "nat", "mangle", "raw", "security"];

    public static string Of(DumpText text, TableBuilder table)
    {
        var builtIn = table.Chains.Where(static c => c.Policy is not null).Select(static c => c.Name).ToHashSet(StringComparer.Ordinal);
        var has = (string chain) => builtIn.Contains(chain);
        // A whole table says what it is; one chain of it (-L FORWARD) may be of several.
        if (has("PREROUTING") && has("FORWARD"))
            return "mangle";
        if (has("PREROUTING") && has("POSTROUTING"))
            return "nat";
        if (has("PREROUTING") && has("OUTPUT"))
            return "raw";
        if (Said(text) is { } said)
            return said;
        if (has("POSTROUTING") || table.Chains.SelectMany(static c => c.Rules).Any(static r => r.Target is NatTarget or NetmapTarget))
            return "nat";
        return has("PREROUTING") ? "raw" : "filter";
    }

    private static string? Said(DumpText text)
    {
        var words = text.CommandWords;
        for (var i = 0; i + 1 < words.Count; i++)
        {
            if (words[i] is "-t" or "--table" && Names.Contains(words[i + 1]))
                return words[i + 1];
        }

        return FileName().Match(text.File[(text.File.LastIndexOf('/') + 1)..]) is { Success: true } name ? name.Groups["table"].Value : null;
    }

    // iptables_-t_nat_-nvL, iptables-mangle.txt, iptablesnat
    [GeneratedRegex("tables(-nft|-legacy)?[-_ .]*(t[-_ ]+)?(?<table>filter|nat|mangle|raw|security)(?![a-z])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();
}
