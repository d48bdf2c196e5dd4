using System.Text;

namespace PcapPathAnalyzer.Cli;

/// <summary>Folds a line at a terminal's width: between words where it can, further lines a little deeper than the first.</summary>
internal static class LineFold
{
    private const int Deeper = 4;

    /// <param name="line">May hold SGR sequences (<c>ESC [ … m</c>), which take no room.</param>
    /// <param name="width">Columns of the terminal; a terminal too narrow to fold in gets the line as it is.</param>
    public static IEnumerable<string> Fold(string line, int width)
    {
        var indent = line.Length - line.TrimStart(' ').Length + Deeper;
        if (line.Length <= width || width < indent + 20)
        {
            yield return line;
            yield break;
        }

        var part = new StringBuilder();
        var (columns, blank, words) = (0, -1, 0);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\e' && line.IndexOf('m', i) is var end and > 0)
            {
                part.Append(line, i, end - i + 1);
                i = end;
                continue;
            }

            if (columns == width)
            {
                var cut = blank > 0 ? blank : part.Length;
                yield return part.ToString(0, cut).TrimEnd(' ');
                var rest = part.ToString(cut, part.Length - cut).TrimStart(' ');
                part.Clear().Append(' ', indent).Append(rest);
                columns = indent + Columns(rest);
                (blank, words) = (-1, 0);
            }

            if (line[i] == ' ' && words > 0)
                blank = part.Length;
            else if (line[i] != ' ')
                words++;
            part.Append(line[i]);
            columns++;
        }

        yield return part.ToString();
    }

    private static int Columns(string text)
    {
        var columns = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\e' && text.IndexOf('m', i) is var end and > 0)
                i = end;
            else
                columns++;
        }

        return columns;
    }
}
