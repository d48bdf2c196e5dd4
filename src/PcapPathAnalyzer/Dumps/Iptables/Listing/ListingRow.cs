using PcapPathAnalyzer.Dumps.Iptables.Parsing;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>The columns of one rule in a listing (iptables/xshared.c, print_rule_details). Each but the target may have a <c>!</c> before it.</summary>
internal sealed class ListingRow
{
    public long Packets { get; set; } = -1;

    public long Bytes { get; set; } = -1;

    /// <summary>Null for a rule that only counts.</summary>
    public string? Target { get; set; }

    public string Protocol { get; private set; } = "";

    /// <summary><c>--</c>, <c>-f</c> or <c>!f</c>; older ip6tables print nothing.</summary>
    public string Fragment { get; private set; } = "--";

    /// <summary>Null where the listing does not show interfaces.</summary>
    public string? In { get; private set; }

    public string? Out { get; private set; }

    public string Source { get; private set; } = "";

    public string Destination { get; private set; } = "";

    /// <summary>Where the extensions' words begin, an index in the line.</summary>
    public int Rest { get; private set; }

    public static bool IsProtocol(ReadOnlySpan<char> word)
    {
        word = word is ['!', ..] ? word[1..] : word;
        return word is "all" || ProtocolNames.TryParse(word.ToString(), out _);
    }

    /// <summary>Reads from the protocol on.</summary>
    public bool Read(ref Words words, bool hasInterfaces)
    {
        if (!words.Next() || !IsProtocol(words.Current))
            return false;
        Protocol = words.Current.ToString();
        if (words.Peek() is "--" or "-f" or "!f")
            Fragment = words.Take();
        if (hasInterfaces)
            (In, Out) = (words.Take(), words.Take());
        (Source, Destination) = (words.Take(), words.Take());
        Rest = words.Column - 1 + words.Current.Length;
        return words.Fault == 0;
    }
}
