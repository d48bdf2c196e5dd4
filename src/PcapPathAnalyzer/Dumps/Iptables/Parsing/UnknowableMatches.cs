namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>
/// Extensions whose options are known and whose answer no dump holds: counters in the kernel, sockets, payload, time.
/// Their text is kept.
/// </summary>
internal static class UnknowableMatches
{
    public static readonly Extension[] All =
    [
        Whole("limit", "", "--limit --limit-burst"),
        Whole(
            "hashlimit",
            "--hashlimit-rate-match",
            "--hashlimit --hashlimit-upto --hashlimit-above --hashlimit-burst --hashlimit-mode --hashlimit-srcmask --hashlimit-dstmask --hashlimit-name --hashlimit-htable-size --hashlimit-htable-max --hashlimit-htable-expire --hashlimit-htable-gcinterval --hashlimit-rate-interval"),
        Whole("recent", "--set --rcheck --update --remove --rsource --rdest --rttl --reap", "--seconds --hitcount --name --mask"),
        Whole("connlimit", "--connlimit-saddr --connlimit-daddr", "--connlimit-upto --connlimit-above --connlimit-mask"),
        Whole("connbytes", "", "--connbytes --connbytes-dir --connbytes-mode"),
        Whole("connlabel", "--set", "--label"),
        Whole("quota", "--no-change", "--quota --quota2 --name --grow --packets"),
        Whole("nfacct", "", "--nfacct-name"),
        Whole("rateest", "--rateest-delta --rateest-bps --rateest-pps --rateest-lt --rateest-gt --rateest-eq", "--rateest --rateest1 --rateest2 --rateest-bps1 --rateest-bps2 --rateest-pps1 --rateest-pps2"),
        Whole("owner", "--socket-exists --suppl-groups", "--uid-owner --gid-owner --pid-owner --sid-owner --cmd-owner"),
        Whole("socket", "--transparent --nowildcard --restore-skmark", ""),
        Whole("cgroup", "", "--cgroup --path"),
        Whole("policy", "--strict --next", "--dir --pol --reqid --spi --proto --mode --tunnel-src --tunnel-dst"),
        Whole("helper", "", "--helper"),
        Whole("u32", "", "--u32"),
        Whole("bpf", "", "--bytecode --object-pinned"),
        Whole("string", "--icase", "--algo --from --to --string --hex-string"),
        Whole("time", "--contiguous --utc --localtz --kerneltz", "--datestart --datestop --timestart --timestop --monthdays --weekdays"),
        Whole("devgroup", "", "--src-group --dst-group"),
        Whole("realm", "", "--realm"),
        Whole("cpu", "", "--cpu"),
        Whole("cluster", "", "--cluster-total-nodes --cluster-local-node --cluster-local-nodemask --cluster-hash-seed"),
        Whole("osf", "--log", "--genre --ttl"),
        Whole("esp", "", "--espspi"),
        Whole("ah", "--ahres", "--ahspi --ahlen"),
        Whole("ipcomp", "--ipcompres", "--ipcompspi"),
        Whole("eui64", "", ""),
        Whole("ipvs", "--ipvs", "--vproto --vaddr --vport --vdir --vmethod --vportctl"),
        Whole("ipv4options", "--any", "--flags"),
    ];

    /// <summary>One option that is known and cannot be answered.</summary>
    public static RuleMatch Understood(RuleOption o) => new UnknowableMatch(o.Extension, true) { Negated = o.Negated, Text = o.Text };

    // Each option's own negation stays in the text; the condition as a whole is unknown either way.
    private static Extension Whole(string name, string flags, string values) =>
        Extension.Whole(name, group => new UnknowableMatch(name, true) { Text = group.Text }, flags, values);
}
