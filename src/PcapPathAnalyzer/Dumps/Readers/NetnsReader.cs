using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>ip netns list</c>: <c>cni-1234 (id: 3)</c>.</summary>
internal sealed class NetnsReader : IDumpReader
{
    public string Kind => "ip-netns";

    // Names alone could be anything: without an id, the command has to say what they are.
    public int Recognise(DumpText text)
    {
        var share = Share.Of(text, static line => IsEntry(line));
        if (share == 0)
            return 0;
        var asked = text.CommandWords is ["ip", .., "netns"] or ["ip", .., "netns", "list" or "show" or "ls"] && share == 100;
        return asked ? 90 : text.Lines.Any(static l => l.Contains("(id: ", StringComparison.Ordinal) && IsEntry(l)) ? share : 0;
    }

    public void Read(DumpText text, DumpDocument document)
    {
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i))
                continue;
            if (!IsEntry(text[i]))
            {
                document.Add(Unknown.Line(this, text, i));
                continue;
            }

            var words = new Words(text[i]);
            var name = words.Take();
            var id = -1;
            if (words.Skip("(id:"))
            {
                words.Next();
                id = int.TryParse(words.Current.TrimEnd(')'), out var number) ? number : -1;
            }

            document.Add(new NetnsRecord { Location = text.At(i), Name = name, Id = id });
        }
    }

    private static bool IsEntry(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        return words.Next() && (words.Rest.IsEmpty || (words.Rest.StartsWith("(id: ") && words.Rest[^1] == ')'));
    }
}
