using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>bridge link</c>, with or without <c>-d</c>: the ports of bridges (iproute2 bridge/link.c).</summary>
internal sealed class BridgeLinkReader : IDumpReader
{
    public string Kind => "bridge-link";

    // Looks like `ip link`, but for the state, which is the port's.
    public int Recognise(DumpText text) =>
        text.Lines.Any(static line => LinkHeader.IsHeader(line) && IsPort(line)) ? Share.Of(text, static line => IsPort(line) || line[0] is ' ' or '\t') : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        var link = new LinkBuilder(document);
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i))
                continue;
            var line = text[i].AsSpan();
            var words = new Words(line);
            if (LinkHeader.IsHeader(line))
            {
                LinkHeader.Read(ref words, text.At(i), link);
                link.PortKind = "bridge_slave";
            }
            else if (link.Interface is not null && char.IsWhiteSpace(line[0]))
            {
                DetailWords.Read(ref words, link.Port, link.Common);
            }
            else
            {
                words.Next();
                words.Fail();
            }

            if (words.Fault > 0)
                document.Add(Unknown.Line(this, text, i, words.Fault));
        }

        link.Flush();
    }

    private static bool IsPort(ReadOnlySpan<char> line) =>
        line.Contains(" state ", StringComparison.Ordinal) && line.Contains(" priority ", StringComparison.Ordinal) && line.Contains(" cost ", StringComparison.Ordinal);
}
