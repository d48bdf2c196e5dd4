using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>
/// Collectors name a file after the command: <c>ip_-6_route_show_table_all</c> (sos), <c>ip--4-r.md</c> (cilium-bugtool),
/// <c>ip-6-route.txt</c>, <c>ip6rule.txt</c>. A hint where the output itself leaves something open, such as the family; what a
/// file is, its content says.
/// </summary>
internal static partial class FileNames
{
    /// <summary>The command of a file's name; the default where it names none.</summary>
    public static CommandLine Command(string file)
    {
        var name = Endings().Replace(file[(file.LastIndexOf('/') + 1)..], "");
        ReadOnlySpan<string> readings =
        [
            name.Replace('_', ' '),
            FromDashes(name),
            Six().Replace(name, "ip -6 $1"),
        ];
        foreach (var reading in readings)
        {
            // The namespace of a file is its folder's: whoever laid out the bundle has read the name already.
            if (CommandLine.TryParse(reading, out var command))
                return command with { NetworkNamespace = null };
        }

        return default;
    }

    // A dash stands for a blank; two, or one before the letter of an option, for a blank and the option's dash.
    private static string FromDashes(string name)
    {
        var words = new List<string>();
        var isOption = false;
        foreach (var part in name.Split('-'))
        {
            if (part.Length > 0)
                words.Add(isOption || (words.Count > 0 && part is "4" or "6" or "d" or "s" or "o" or "j" or "br") ? "-" + part : part);
            isOption = part.Length == 0;
        }

        return string.Join(' ', words);
    }

    [GeneratedRegex(@"(\.(txt|json|log|out|md|\d+))+$")]
    private static partial Regex Endings();

    [GeneratedRegex("^ip(?:v6-?|6)(route|rule|neigh|addr).*$")]
    private static partial Regex Six();
}
