using System.Text;

namespace PcapPathAnalyzer.Bundles;

/// <summary>Names of entries as archives have them, made safe or refused. Nothing is ever written under such a name; it only has to name one thing inside the bundle.</summary>
internal static class EntryName
{
    /// <param name="raw">As the archive has it; a backslash separates as a slash does, since archives made on Windows write it.</param>
    /// <param name="name">Relative, forward slashes, no <c>.</c> and no empty parts; for a refused name, a printable form of it.</param>
    /// <param name="refusal">Why the name is not accepted, in words.</param>
    public static bool TryClean(string raw, out string name, out string refusal)
    {
        name = Printable(raw);
        refusal = Refusal(raw);
        if (refusal.Length > 0)
            return false;
        var parts = raw.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Where(static p => p != ".").ToList();
        if (parts.Count == 0)
            refusal = "the entry has no name";
        else if (parts.Count > BundleLimits.MaxNameDepth)
            refusal = $"the name is {parts.Count} folders deep ({BundleLimits.MaxNameDepth} at most)";
        else if (parts.Contains(".."))
            refusal = "the name leads out of the archive (..)";
        else
            name = string.Join('/', parts);
        return refusal.Length == 0;
    }

    /// <summary>True where a link's target, seen from the link, stays inside the bundle.</summary>
    public static bool StaysInside(string link, string target)
    {
        if (IsAbsolute(target))
            return false;
        var depth = link.Count(static c => c == '/');
        foreach (var part in target.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            depth += part == ".." ? -1 : 1;
            if (depth < 0)
                return false;
        }

        return true;
    }

    /// <summary>Control characters and what is no text are shown as question marks; an endless name is cut.</summary>
    public static string Printable(string raw)
    {
        const int shown = 200;
        var text = new StringBuilder();
        foreach (var c in raw.AsSpan(0, Math.Min(raw.Length, shown)))
            text.Append(char.IsControl(c) || char.IsSurrogate(c) || c == '\uFFFD' ? '?' : c);
        return raw.Length > shown ? $"{text}…" : text.ToString();
    }

    private static string Refusal(string raw)
    {
        if (raw.Length > BundleLimits.MaxNameLength)
            return $"the name has {raw.Length} characters ({BundleLimits.MaxNameLength} at most)";
        if (IsAbsolute(raw))
            return "the name is absolute";
        if (raw.Contains('\uFFFD'))
            return "the name is not UTF-8";
        foreach (var c in raw)
        {
            if (char.IsControl(c))
                return "the name holds control characters";
        }

        return "";
    }

    private static bool IsAbsolute(string name) =>
        name is ['/' or '\\', ..] || (name is [_, ':', '/' or '\\', ..] && char.IsAsciiLetter(name[0]));
}
