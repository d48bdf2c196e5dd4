using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>The words of one connection tracking entry.</summary>
internal sealed class ConntrackEntry
{
    private readonly ConntrackTuple original = new();
    private readonly ConntrackTuple reply = new();
    private readonly Dictionary<string, string> details = [];
    private IpProtocol protocol;
    private string? state;
    private long timeout = -1;
    private bool unreplied;
    private bool assured;
    private uint mark;
    private int zone;

    /// <summary>Reads from the current word on: <c>[ipv4 2] tcp 6 [timeout] [STATE] src=…</c>.</summary>
    public void Read(ref Words words)
    {
        ReadHead(ref words);
        if (words.Fault > 0)
            return;
        do
        {
            var word = words.Current;
            var equals = word.IndexOf('=');
            if (equals > 0)
                ReadField(ref words, word[..equals], word[(equals + 1)..]);
            else if (word.Length > 2 && word[0] == '[' && word[^1] == ']')
                ReadFlag(word[1..^1]);
            else if (!word.IsEmpty)
                words.Fail();
        }
        while (words.Next());
    }

    /// <summary>Null where the entry lacks one of its tuples.</summary>
    public ConntrackRecord? ToRecord(SourceLocation at) => !original.IsComplete || !reply.IsComplete ? null : new ConntrackRecord
    {
        Location = at,
        Original = original.ToFiveTuple(protocol),
        Reply = reply.ToFiveTuple(protocol),
        State = state,
        Timeout = timeout,
        Unreplied = unreplied,
        Assured = assured,
        Mark = mark,
        Zone = zone,
        OriginalPackets = original.Packets,
        ReplyPackets = reply.Packets,
        Details = details,
    };

    private void ReadHead(ref Words words)
    {
        // conntrack -E: the event in brackets; -o timestamp: the time in brackets.
        while (words.Current is ['[', .., ']'])
        {
            details["event"] = words.Current[1..^1].ToString();
            words.Next();
        }

        if (words.Current is "ipv4" or "ipv6")
        {
            words.TakeInt();
            words.Next();
        }

        // The protocol's number stands behind its name, which is "unknown" where the tool has none.
        var named = IpProtocols.TryParse(words.Current, out protocol);
        words.Next();
        if (byte.TryParse(words.Current, out var number))
            protocol = (IpProtocol)number;
        else if (!named)
            words.Fail();
        if (long.TryParse(words.Peek(), out timeout))
            words.Next();
        else
            timeout = -1;
        words.Next();
        if (words.Current.IndexOf('=') < 0 && words.Current is not ['[', ..])
        {
            state = words.Current.ToString();
            words.Next();
        }
    }

    private void ReadField(ref Words words, ReadOnlySpan<char> key, ReadOnlySpan<char> value)
    {
        // The second src= begins the reply's tuple.
        if (original.Take(key, value, out var bad) || (!bad && reply.Take(key, value, out bad)))
            return;
        if (bad)
            words.Fail();
        else if (key is "mark" && Numbers.TryParseMark(value, out var m, out _))
            mark = m;
        else if (key is "zone" && int.TryParse(value, out var z))
            zone = z;
        else
            details[key.ToString()] = value.ToString();
    }

    private void ReadFlag(ReadOnlySpan<char> flag)
    {
        switch (flag)
        {
            case "UNREPLIED": unreplied = true; break;
            case "ASSURED": assured = true; break;
            default: details[flag.ToString()] = ""; break;
        }
    }
}
