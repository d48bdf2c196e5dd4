using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>
/// <c>ipset list</c> and <c>ipset save</c>, also one behind the other, and <c>ipset list -t</c>, which prints no members (ipset(8);
/// ipset lib/session.c). All set types: what a member's fields are, the type says.
/// </summary>
internal sealed class IpSetReader : IDumpReader
{
    public string Kind => "ipset";

    public int Recognise(DumpText text)
    {
        // A list says once per set what it is, and then may print thousands of members.
        if (text.Lines.Any(static l => l.StartsWith("Type: ", StringComparison.Ordinal) && IpSetBuilder.IsType(l.AsSpan("Type: ".Length).Trim())))
            return 95;
        return text.Lines.Any(static l => IsCreate(l)) ? Share.Of(text, static l => IsCreate(l) || l.StartsWith("add ") || l.StartsWith("-A ")) : 0;
    }

    public void Read(DumpText text, DumpDocument document)
    {
        var saved = new Dictionary<string, IpSetBuilder>(StringComparer.Ordinal);
        var sets = new List<IpSetBuilder>();
        IpSetBuilder? listed = null;
        IpSetBuilder? last = null;
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i].AsSpan().Trim();
            var isCut = text.IsCut && i == text.Count - 1;
            if (text.IsBlank(i))
                listed = null;
            else if (line.StartsWith("Name: "))
                sets.Add(last = listed = new IpSetBuilder(text.At(i), line["Name: ".Length..].Trim().ToString()) { IsListed = true });
            else if (IsCreate(line))
                Create(line, i);
            else if (listed is not null)
                Check(isCut || (listed.MembersBegan ? listed.AddMember(line, text.At(i).Line) : listed.AddHeader(line)));
            else if (line.StartsWith("add ") || line.StartsWith("-A "))
                Check(isCut || Owner(line, out var member)?.AddMember(member, text.At(i).Line) == true);
            else
                Check(line is "COMMIT");

            void Check(bool isUnderstood)
            {
                if (!isUnderstood)
                    document.Add(Unknown.Line(this, text, i));
            }
        }

        // A number cut in the middle is another number: the last line is no member, and more may have followed.
        if (last is not null && text.IsCut)
            last.IsCut = true;
        foreach (var set in sets)
        {
            if (set.IsKnown)
                document.Add(set.ToRecord());
            else
                document.Add(Unknown.Line(this, text, text.IndexOf(set.Line)));
        }

        void Create(ReadOnlySpan<char> line, int index)
        {
            var type = IpSetBuilder.TypeIn(line, out var start);
            var name = line[line.IndexOf(' ')..start].Trim().ToString();
            listed = null;
            last = new IpSetBuilder(text.At(index), name);
            if (!last.AddType(type) || !last.AddOptions(line[(start + type.Length)..]))
                document.Add(Unknown.Line(this, text, index));
            sets.Add(last);
            saved[name] = last;
        }

        // A set's name may have blanks in it; that of the set just created is known whole.
        IpSetBuilder? Owner(ReadOnlySpan<char> line, out ReadOnlySpan<char> member)
        {
            var rest = line[line.IndexOf(' ')..].TrimStart();
            var end = rest.IndexOf(' ');
            if (last is { IsListed: false } && rest.Length > last.Name.Length && rest.StartsWith(last.Name) && rest[last.Name.Length] == ' ')
                end = last.Name.Length;
            member = end < 0 ? default : rest[(end + 1)..].TrimStart();
            return end > 0 && saved.TryGetValue(rest[..end].ToString(), out var owner) ? owner : null;
        }
    }

    private static bool IsCreate(ReadOnlySpan<char> line) => (line.StartsWith("create ") || line.StartsWith("-N ")) && !IpSetBuilder.TypeIn(line, out _).IsEmpty;
}
