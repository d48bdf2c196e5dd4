using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>brctl show</c> (bridge-utils): which port is in which bridge. A bridge's further ports stand on lines of their own.</summary>
internal sealed class BrctlReader : IDumpReader
{
    public string Kind => "brctl";

    public int Recognise(DumpText text) => text.Lines.Any(static l => IsTitle(l)) ? 90 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        string? bridge = null;
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i) || IsTitle(text[i]))
                continue;
            var words = text[i].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (!char.IsWhiteSpace(text[i][0]) && words is [var name, var id, "yes" or "no", ..] && id.Contains('.', StringComparison.Ordinal))
            {
                bridge = name;
                document.Add(new LinkRecord { Location = text.At(i), Name = name, LinkKind = "bridge" });
                words = words[3..];
            }

            if (words.Length > 0 && (bridge is null || words.Length > 1))
                document.Add(Unknown.Line(this, text, i));
            else if (words is [var port])
                document.Add(new LinkRecord { Location = text.At(i), Name = port, Master = bridge });
        }
    }

    private static bool IsTitle(ReadOnlySpan<char> line) => line.StartsWith("bridge name") && line.Contains("STP enabled", StringComparison.Ordinal);
}
