namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>Cuts a file into the outputs of the commands that its headings name.</summary>
internal static class Sections
{
    /// <summary>In the file's order; parts without any text are left out.</summary>
    public static IEnumerable<DumpText> Of(string file, Lines text)
    {
        var isCut = text.IsCut;
        var lines = text.All;
        var start = 0;
        var named = FileNames.Command(file);
        var command = named;
        var isSession = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (IsWholeJson(lines[i]) && lines.Length > 1)
            {
                if (HasText(lines, start, i))
                    yield return Make(start, i, cut: false);
                yield return Make(i, i + 1, isCut && i == lines.Length - 1);
                start = i + 1;
                continue;
            }

            var kind = Heading.Of(lines[i], isSession, out var heading);
            if (kind == HeadingKind.Fence)
            {
                // Other sections, and whoever cites the file, keep the line as it is.
                lines = ReferenceEquals(lines, text.All) ? [.. lines] : lines;
                lines[i] = "";
            }

            if (kind is not (HeadingKind.Command or HeadingKind.Prompt))
                continue;
            isSession |= !heading.IsUnknown && lines[i].StartsWith("# ", StringComparison.Ordinal);
            var hasText = HasText(lines, start, i);
            if (hasText)
                yield return Make(start, i, cut: false);

            // Headings one behind the other list what follows; which of it is whose, only the text can tell.
            command = kind == HeadingKind.Command && !hasText && start > 0 ? named : heading;
            start = i + 1;
        }

        if (HasText(lines, start, lines.Length))
            yield return Make(start, lines.Length, isCut);

        DumpText Make(int from, int to, bool cut) => new(file, from == 0 && to == lines.Length ? lines : lines[from..to], from + 1, command.Text, cut) { NetworkNamespace = command.NetworkNamespace, IsOther = command.IsUnknown };
    }

    // `ip -j` prints one line; collectors put it between others.
    private static bool IsWholeJson(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        return line.Length > 3 && line[0] == '[' && line[^1] == ']' && line[1..].TrimStart() is ['{', '"', ..] && line[..^1].TrimEnd() is [.., '}'];
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
}
