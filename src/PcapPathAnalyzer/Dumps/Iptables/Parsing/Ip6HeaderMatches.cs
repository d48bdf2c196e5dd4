namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>frag, hbh, dst, rt, srh, mh, ipv6header: what extension headers a packet has (net/ipv6/netfilter/ip6t_*.c).</summary>
internal static class Ip6HeaderMatches
{
    public static readonly Extension[] All =
    [
        Whole("frag", "--fragres --fragfirst --fragmore --fraglast", "--fragid --fraglen"),
        Whole("hbh", "", "--hbh-len --hbh-opts"),
        Whole("dst", "", "--dst-len --dst-opts"),
        Whole("rt", "--rt-0-res --rt-0-not-strict", "--rt-type --rt-segsleft --rt-len --rt-0-addrs"),
        Whole("srh", "", "--srh-next-hdr --srh-hdr-len-eq --srh-hdr-len-gt --srh-hdr-len-lt --srh-segs-left-eq --srh-segs-left-gt --srh-segs-left-lt --srh-last-entry-eq --srh-last-entry-gt --srh-last-entry-lt --srh-tag --srh-psid --srh-nsid --srh-lsid"),
        Whole("mh", "", "--mh-type"),
        Extension.Whole("ipv6header", Headers, "--soft", "--header"),
    ];

    // Each option's own negation stays in the text: without the header none of them matches.
    private static Extension Whole(string name, string flags, string values) => Extension.Whole(name, group => new ExtensionHeaderMatch { Text = group.Text }, flags, values);

    private static Ip6HeadersMatch? Headers(OptionGroup group)
    {
        if (group.Find("--header") is not { } option)
            return null;
        var others = option.Value.Split(',').Count(static h => h is not ("prot" or "proto" or "protocol"));
        var names = option.Value.Split(',').Length;
        return new Ip6HeadersMatch(names > others, others > 0, group.Has("--soft"), option.Negated) { Text = group.Text };
    }
}
