namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>Cuts a file into the outputs of the commands that its headings name.</summary>
internal static class Sections
{
    /// <summary>In the file's order; parts without any text are left out.</summary>
    public static IEnumerable<DumpText> Of(string file, string content)
    {
        var isCut = content.Length > 0 && content[^1] != '\n';
        var lines = Lines.Of(content);
        var start = 0;
        var command = FromName(file);
        var isSession = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var kind = Heading.Of(lines[i], isSession, out var heading);
            if (kind == HeadingKind.Fence)
                lines[i] = "";
            if (kind != HeadingKind.Command)
                continue;
            isSession |= !heading.IsUnknown && lines[i].StartsWith("# ", StringComparison.Ordinal);
            if (HasText(lines, start, i))
                yield return Make(start, i, cut: false);
            (start, command) = (i + 1, heading);
        }

        if (HasText(lines, start, lines.Length))
            yield return Make(start, lines.Length, isCut);

        DumpText Make(int from, int to, bool cut) => new(file, lines[from..to], from + 1, command.Text, cut) { NetworkNamespace = command.NetworkNamespace, IsOther = command.IsUnknown };
    }

    private static bool HasText(string[] lines, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (!string.IsNullOrWhiteSpace(lines[i]))
                return true;
        }

        return false;
    }

    // Collectors name a file after the command (ip_-6_route_show_table_all, ip-6-route.txt): a hint where the output itself leaves something open.
    private static CommandLine FromName(string file)
    {
        var name = file[(file.LastIndexOf('/') + 1)..].Replace('_', ' ');
        foreach (var ending in (ReadOnlySpan<string>)[".txt", ".json", ".log", ".out"])
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
                name = name[..^ending.Length];
        }

        return CommandLine.TryParse(name, out var command) || CommandLine.TryParse(name.Replace("-", " -", StringComparison.Ordinal), out command) ? command : default;
    }
}
