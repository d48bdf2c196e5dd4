using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>The detail words of <c>ip -d link</c>: most have a value behind them, some stand alone, some deny (<c>nolearning</c>).</summary>
internal static class DetailWords
{
    // Words of any interface; they stand on the line of whatever was printed last.
    private static readonly HashSet<string> CommonWords = new(StringComparer.Ordinal)
    {
        "promiscuity", "allmulti", "minmtu", "maxmtu", "addrgenmode", "numtxqueues", "numrxqueues", "gso_max_size", "gso_max_segs", "tso_max_size", "tso_max_segs",
        "gro_max_size", "gso_ipv4_max_size", "gro_ipv4_max_size", "portid", "portname", "switchid", "parentbus", "parentdev", "protodown", "protodown_reason",
        "netns-immutable", "max_pacing_offload_horizon", "headroom", "tailroom",
    };

    // Words without a value (ip/iplink_*.c, ip/link_*.c).
    private static readonly HashSet<string> Flags = new(StringComparer.Ordinal)
    {
        "learning", "rsc", "proxy", "l2miss", "l3miss", "localbypass", "udpcsum", "udp6zerocsumtx", "udp6zerocsumrx", "remcsumtx", "remcsumrx", "gbp", "gpe",
        "external", "vnifilter", "pmtudisc", "ignore-df", "iseq", "oseq", "icsum", "ocsum", "seq", "csum", "inner_proto_inherit", "innerprotoinherit", "promisc",
        "bridge", "private", "vepa", "ignore_df", "multiproto", "collect_metadata", "netns-immutable", "encap-csum", "encap-csum6", "encap-remcsum", "6rd-reset",
        "miimon_up", "allow_localremote", "dscp", "ip_flag_dont_inherit",
    };

    private static readonly HashSet<string> Modes = new(StringComparer.Ordinal) { "ipip", "ip4ip4", "ip6ip6", "ipip6", "ip6ip", "mplsip", "any", "any4", "any6" };

    /// <summary>True for a word that any interface may have.</summary>
    public static bool IsCommon(ReadOnlySpan<char> word) => CommonWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    /// <summary>Reads all words behind the current one, or from it on.</summary>
    /// <param name="own">Takes the words of the kind or port that the line is about.</param>
    /// <param name="common">Takes the words that any interface has.</param>
    public static void Read(ref Words words, DetailBag own, DetailBag common, bool fromCurrent = false)
    {
        var first = true;
        while (fromCurrent || words.Next())
        {
            fromCurrent = false;
            var word = words.Current.ToString();
            if (word[0] == '<')
                own.Set("flags", word.Trim('<', '>'));
            else if (word[0] == '(')
                SkipBrackets(ref words);
            else if (first && Modes.Contains(word))
                own.Set("mode", word);
            else
                ReadWord(ref words, word, CommonWords.Contains(word) ? common : own);
            first = false;
        }
    }

    private static void ReadWord(ref Words words, string word, DetailBag bag)
    {
        var next = words.Peek();
        if (next is "on" or "off")
            bag.Set(word, words.Take());
        else if (Flags.Contains(word))
            bag.Set(word, "on");
        else if (word.StartsWith("no", StringComparison.Ordinal) && Flags.Contains(word[2..]))
            bag.Set(word[2..], "off");
        else if (next.IsEmpty)
            bag.Set(word, "on");
        else if (next is "{")
            bag.Set(word, TakeBraces(ref words));
        else if (word is "srcport" or "port" && IsNumber(next))
            bag.Set(word, words.Take() + (IsNumber(words.Peek()) ? " " + words.Take() : ""));
        else
            bag.Set(word, words.Take());
    }

    private static bool IsNumber(ReadOnlySpan<char> word) => Numbers.TryParse(word, out _);

    // "(flowinfo 0x00000000)" repeats what was said before it.
    private static void SkipBrackets(ref Words words)
    {
        while (words.Current[^1] != ')' && words.Next())
        {
        }
    }

    private static string TakeBraces(ref Words words)
    {
        var parts = new List<string>();
        while (words.Next() && words.Current is not "}")
        {
            if (words.Current is not "{")
                parts.Add(words.Current.ToString());
        }

        return string.Join(' ', parts);
    }
}
