namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>What a line is between two outputs.</summary>
internal enum HeadingKind
{
    /// <summary>It belongs to an output.</summary>
    None,

    /// <summary>The name of a command: its output follows, or that of a list of commands.</summary>
    Command,

    /// <summary>A command typed at a prompt: its output follows, if it has any.</summary>
    Prompt,

    /// <summary>A fence of Markdown: it means nothing.</summary>
    Fence,
}

/// <summary>Tells lines that name a command from lines of its output.</summary>
internal static class Heading
{
    /// <param name="isSession">True behind a known command at a <c>#</c> prompt: then what stands behind the next one is a command too.</param>
    /// <param name="command">The command's text; without a path or sudo where the program knows it.</param>
    public static HeadingKind Of(string line, bool isSession, out CommandLine command)
    {
        command = default;
        var text = line.AsSpan().Trim();
        if (text.Length is < 2 or > 400)
            return HeadingKind.None;
        if (text.StartsWith("```") || text.StartsWith("~~~"))
            return HeadingKind.Fence;
        if (Prompt(text, out var isCertain) is var start and > 0)
        {
            var typed = text[start..].Trim().ToString();
            if (CommandLine.TryParse(typed, out command))
                return HeadingKind.Prompt;
            command = new CommandLine(typed, null) { IsUnknown = true };
            return isCertain || (isSession && typed.Length > 0 && (char.IsAsciiLetterLower(typed[0]) || typed[0] is '/' or '.')) ? HeadingKind.Prompt : HeadingKind.None;
        }

        return IsDecorated(text, out command) ? HeadingKind.Command : HeadingKind.None;
    }

    // Where the command begins behind a prompt; 0 where there is none. A certain prompt makes any command a heading;
    // behind "#" or "+", which begin comments and other things too, only a command that prints network state does.
    private static int Prompt(ReadOnlySpan<char> text, out bool isCertain)
    {
        isCertain = text.StartsWith("$ ");
        if (isCertain || text.StartsWith("# ") || text.StartsWith("+ "))
            return 2;
        if (text.StartsWith("++ "))
            return 3;
        isCertain = text.StartsWith("/ # ") || text.StartsWith("~ # ");
        if (isCertain)
            return 4;
        // Prompts of other shells.
        isCertain = text.StartsWith("❯ ") || text.StartsWith("➜ ") || text.StartsWith("» ");
        if (isCertain)
            return 2;
        var head = text[..Math.Min(text.Length, 120)];
        if (text[0] == '[')
        {
            // [root@node ~]# ip addr
            var close = head.IndexOf(']');
            if (close <= 0 || close + 1 >= text.Length || !head[..close].Contains('@'))
                return 0;
            isCertain = text[close + 1] is '#' or '$';
            return isCertain ? close + 2 : close + 1;
        }

        // root@node:~# ip addr; node-1# ip addr
        var space = head.IndexOf(' ');
        if (space > 1 && head[space - 1] is '#' or '$')
        {
            isCertain = head[..space].Contains('@') || head.StartsWith("sh-") || head.StartsWith("bash-");
            return space;
        }

        return 0;
    }

    // "=== ip addr ===", "## `ip addr`", "*** Output of conntrack -S ***", "ip addr show:", "ip rule list(IP rules)", or the bare command.
    private static bool IsDecorated(ReadOnlySpan<char> text, out CommandLine command)
    {
        command = default;
        var bare = text.Trim("=*-#~<>[]`_ \t");
        if (bare.Length > 160 || bare.IsEmpty)
            return false;
        var isDecorated = bare.Length < text.Length || text[^1] == ':';
        if (bare[^1] == ')' && bare.LastIndexOf('(') is var open and > 0 && !char.IsWhiteSpace(bare[open - 1]))
            bare = bare[..open];
        if (isDecorated)
        {
            // Up to two words may introduce the command.
            for (var skipped = 0; skipped < 3 && !bare.IsEmpty; skipped++)
            {
                if (MayBegin(bare) && !bare.Contains('=') && CommandLine.TryParse(bare.ToString(), out command))
                    return true;
                bare = bare.IndexOf(' ') is var space and > 0 ? bare[(space + 1)..].TrimStart() : default;
            }

            return false;
        }

        return MayBegin(bare) && IsCommandShape(bare.ToString()) && CommandLine.TryParse(bare.ToString(), out command);
    }

    // Most lines are no headings: their first word tells, without a copy of the line.
    private static bool MayBegin(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(' ', '\t');
        var first = end < 0 ? text : text[..end];
        return CommandLine.IsProgram(first[(first.LastIndexOf('/') + 1)..].TrimEnd(':'));
    }

    // Without any decoration, each word behind the program has to look like an option, an object or an argument of one.
    private static bool IsCommandShape(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words[0][(words[0].LastIndexOf('/') + 1)..] switch
        {
            "ip" or "bridge" => words.Length is > 1 and < 10 && words.Skip(1).All(static w => w.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')),
            "iptables-save" or "iptables-nft-save" or "iptables-legacy-save" or "ip6tables-save" or "ip6tables-nft-save" or "ip6tables-legacy-save" => words.Length == 1,
            "sudo" or "cat" or "kubectl" or "docker" or "nsenter" => words.Length > 1,
            _ => words.Length is > 1 and < 6 && words[1].Length > 1 && words[1][0] == '-',
        };
    }
}
