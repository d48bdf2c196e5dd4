using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>ip addr</c> and <c>ip link</c>, with any of <c>-d -s -o -4 -6</c> (iproute2 ip/ipaddress.c, <c>print_linkinfo</c> and <c>print_addrinfo</c>).</summary>
internal sealed class IpAddrReader : IDumpReader
{
    public string Kind => "ip-addr";

    public int Recognise(DumpText text) => !text.Lines.Any(static line => LinkHeader.IsHeader(line)) ? 0 : Share.Of(text, static line => LinkHeader.IsHeader(line) || IsInside(line));

    public void Read(DumpText text, DumpDocument document)
    {
        var link = new LinkBuilder(document);
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i))
                continue;
            var line = text[i].AsSpan();
            // -o joins an interface's lines by backslashes.
            for (var start = 0; start < line.Length;)
            {
                var length = line[start..].IndexOf('\\');
                if (length < 0)
                    length = line.Length - start;
                var part = line.Slice(start, length);
                var words = new Words(part, start + 1);
                if (start == 0 && LinkHeader.IsHeader(part))
                    LinkHeader.Read(ref words, text.At(i), link);
                else if (words.Next())
                    LinkLine.Read(ref words, text.At(i), link);
                if (words.Fault > 0)
                    document.Add(Unknown.Line(this, text, i, words.Fault));
                start += length + 1;
            }
        }

        link.Flush();
    }

    private static bool IsInside(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        return char.IsWhiteSpace(line[0]) && words.Next() && LinkLine.IsKnown(words.Current);
    }
}
