using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>Collects what the lines of a dump say of one IP set.</summary>
internal sealed class IpSetBuilder(SourceLocation location, string name)
{
    private readonly Dictionary<string, string> options = new(StringComparer.Ordinal);
    private readonly List<IpSetMember> members = [];
    private string? type;
    private int promised = -1;

    public string Name => name;

    /// <summary>The line that names it, counted from 1 in its file.</summary>
    public int Line => location.Line;

    /// <summary>True for <c>ipset list</c>, false for <c>ipset save</c>.</summary>
    public bool IsListed { get; init; }

    public bool MembersBegan { get; private set; }

    public bool IsCut { get; set; }

    /// <summary>False where not even the type is told.</summary>
    public bool IsKnown => type is not null;

    public static bool IsType(ReadOnlySpan<char> word) => word.StartsWith("hash:") || word.StartsWith("bitmap:") || word.StartsWith("list:");

    /// <summary>The word of a <c>create</c> line that is the set's type; empty where none is.</summary>
    public static ReadOnlySpan<char> TypeIn(ReadOnlySpan<char> line, out int start)
    {
        start = 0;
        var words = new Words(line);
        // The command and a name stand before it; a name may have blanks in it, and may look like a type itself.
        for (var count = 0; words.Next(); count++)
        {
            start = words.Column - 1;
            if (count > 1 && IsType(words.Current))
                return words.Current;
        }

        return default;
    }

    public bool AddType(ReadOnlySpan<char> word)
    {
        type = word.ToString();
        return IsType(word);
    }

    /// <summary>A line of <c>ipset list</c> before its members; false where it is none.</summary>
    public bool AddHeader(ReadOnlySpan<char> line)
    {
        var colon = line.IndexOf(':');
        if (colon < 0)
            return false;
        var value = line[(colon + 1)..].Trim();
        switch (line[..colon])
        {
            case "Type": return AddType(value);
            case "Header": return AddOptions(value);
            case "Number of entries": return int.TryParse(value, out promised);
            case "Members": return MembersBegan = true;
            case "Revision" or "Size in memory" or "References": return long.TryParse(value, out _);
            default: return false;
        }
    }

    /// <summary>What a set was created with; false where a word is none that ipset knows the shape of.</summary>
    public bool AddOptions(ReadOnlySpan<char> text)
    {
        var words = new Words(text);
        while (words.Next())
        {
            var word = words.Current.ToString();
            if (word is not "-exist")
                options[word] = word is "counters" or "comment" or "skbinfo" or "forceadd" ? "" : words.Take();
        }

        return !words.IsBroken;
    }

    /// <summary>A member and what is kept with it: <c>10.0.0.1,tcp:80 timeout 10 nomatch comment "x"</c>.</summary>
    public bool AddMember(ReadOnlySpan<char> line, int number)
    {
        var comment = Comment(ref line, out var behind);
        var words = new Words(line);
        if (!words.Next())
            return false;
        var member = Options(ref words, new IpSetMember(words.Current.ToString(), number) { Comment = comment });
        var more = new Words(behind);
        members.Add(Options(ref more, member));
        return words.Fault + more.Fault == 0;
    }

    public IpSetRecord ToRecord() => new()
    {
        Location = location,
        Name = name,
        Type = type!,
        Family = options.Remove("family", out var family) ? family : null,
        Options = options,
        Members = members,
        IsWhole = !IsCut && (!IsListed || MembersBegan) && promised <= members.Count,
    };

    // Comments have no quotation marks inside (ipset lib/parse.c), and may have anything else.
    private static string? Comment(ref ReadOnlySpan<char> line, out ReadOnlySpan<char> behind)
    {
        const string Begin = " comment \"";
        behind = default;
        var start = line.IndexOf(Begin);
        if (start < 0)
            return null;
        var text = line[(start + Begin.Length)..];
        var end = text.IndexOf('"');
        if (end >= 0)
            behind = text[(end + 1)..];
        line = line[..start];
        return (end < 0 ? text : text[..end]).ToString();
    }

    private static IpSetMember Options(ref Words words, IpSetMember member)
    {
        while (words.Next())
        {
            switch (words.Current)
            {
                case "timeout": member = member with { Timeout = words.TakeLong() }; break;
                case "packets": member = member with { Packets = words.TakeLong() }; break;
                case "bytes": member = member with { Bytes = words.TakeLong() }; break;
                case "nomatch": member = member with { NoMatch = true }; break;
                case "wildcard": member = member with { IsWildcard = true }; break;
                case "-exist": break;
                case "skbmark" or "skbprio" or "skbqueue":
                    var word = words.Current.ToString();
                    member = member with { Details = new Dictionary<string, string>(member.Details ?? new Dictionary<string, string>(), StringComparer.Ordinal) { [word] = words.Take() } };
                    break;
                default: words.Fail(); break;
            }
        }

        return member;
    }
}
