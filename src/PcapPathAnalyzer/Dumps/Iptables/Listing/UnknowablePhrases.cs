namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>The phrases of matches whose answer no dump holds (<see cref="Parsing.UnknowableMatches"/>).</summary>
internal static class UnknowablePhrases
{
    public static readonly Phrase[] All =
    [
        new("limit: avg % burst %", "limit", "--limit {0} --limit-burst {1}"),
        // A hashlimit's name and table are not shown.
        new("limit: avg % burst % mode %", "hashlimit", null), new("limit: up to % burst %", "hashlimit", null), new("limit: above % burst %", "hashlimit", null),
        new("limit: up to %", "hashlimit", null), new("limit: above %", "hashlimit", null),
        .. "mode htable-size htable-max htable-gcinterval htable-expire srcmask dstmask rate-interval".Split(' ').Select(static word => new Phrase(word + " %", "hashlimit", null) { After = "hashlimit" }),
        new("rate-match", "hashlimit", null) { After = "hashlimit" },
        new("recent: SET", "recent", "--set"), new("recent: CHECK", "recent", "--rcheck"), new("recent: UPDATE", "recent", "--update"), new("recent: REMOVE", "recent", "--remove"),
        new("seconds: %", "recent", "--seconds {0}"), new("hit_count: %", "recent", "--hitcount {0}"), new("TTL-Match", "recent", "--rttl"), new("reap", "recent", "--reap") { After = "recent" },
        new("name: %", "recent", "--name {0}"), new("side: source", "recent", "--rsource"), new("side: dest", "recent", "--rdest"), new("mask: %", "recent", "--mask {0}"),
        .. new[] { ("src", "saddr"), ("dst", "daddr") }.SelectMany(static side => new[] { (">", "above"), ("<=", "upto"), ("<", "upto") }.Select(compare =>
            new Phrase($"#conn {side.Item1}/% {compare.Item1} %", "connlimit", $"--connlimit-{compare.Item2} {{1}} --connlimit-mask {{0}} --connlimit-{side.Item2}"))),
        new("connbytes % connbytes mode % connbytes direction %", "connbytes", "--connbytes {0} --connbytes-mode {1} --connbytes-dir {2}"),
        new("connlabel %", "connlabel", "--label {0}"), new("nfacct-name %", "nfacct", "--nfacct-name {0}"), new("quota: % bytes", "quota", "--quota {0}"),
        new("owner UID match %", "owner", "--uid-owner {0}"), new("owner GID match %", "owner", "--gid-owner {0}"), new("owner PID match %", "owner", "--pid-owner {0}"),
        new("owner SID match %", "owner", "--sid-owner {0}"), new("owner CMD match %", "owner", "--cmd-owner {0}"), new("owner socket exists", "owner", "--socket-exists"),
        new("incl. suppl. groups", "owner", "--suppl-groups"),
        new("socket", "socket", ""), .. "--transparent --nowildcard --restore-skmark".Split(' ').Select(static word => new Phrase(word, "socket", word)),
        new("rpfilter", "rpfilter", ""), .. "loose validmark accept-local invert".Split(' ').Select(static word => new Phrase(word, "rpfilter", "--" + word) { After = "rpfilter" }),
        new("cgroup %", "cgroup", "--cgroup {0}"),
        new("policy match", "policy", ""), new("strict", "policy", "--strict") { After = "policy" },
        .. "dir pol reqid spi proto mode tunnel-src tunnel-dst".Split(' ').Select(static word => new Phrase(word + " %", "policy", $"--{word} {{0}}") { After = "policy" }),
        new("[0]", "policy", "") { After = "policy" }, .. Enumerable.Range(1, 3).Select(static n => new Phrase($"[{n}]", "policy", "--next") { After = "policy" }),
        new("helper match %", "helper", null) { Spell = static v => $"--helper {v[0].Trim('"')}" }, new("u32 %", "u32", "--u32 {0}"),
        new("match bpf pinned %", "bpf", "--object-pinned {0}"), new("match bpf *", "bpf", null),
        new("STRING match %", "string", null) { Spell = static v => $"{(v[0].StartsWith("\"|", StringComparison.Ordinal) ? "--hex-string" : "--string")} {v[0]}" },
        new("ALGO name %", "string", "--algo {0}"), new("FROM %", "string", "--from {0}") { After = "string" }, new("TO %", "string", "--to {0}") { After = "string" }, new("ICASE", "string", "--icase"),
        // Whether the hours are UTC or the kernel's time zone differs in its wording between versions.
        new("TIME *", "time", null),
        new("src-group %", "devgroup", "--src-group {0}"), new("dst-group %", "devgroup", "--dst-group {0}"),
        new("realm %", "realm", "--realm {0}"), new("cpu %", "cpu", "--cpu {0}"),
        new("cluster node_mask=% total_nodes=% hash_seed=%", "cluster", "--cluster-local-nodemask {0} --cluster-total-nodes {1} --cluster-hash-seed {2}"),
        new("OS fingerprint match %", "osf", "--genre {0}"),
        new("ECN match", "ecn", ""), new("ECT=%", "ecn", "--ecn-ip-ect {0}"), new("ECE", "ecn", "--ecn-tcp-ece") { After = "ecn" }, new("CWR", "ecn", "--ecn-tcp-cwr") { After = "ecn" },
        // Extension headers of IPv6 are worded in numbers and names that iptables does not take back.
        .. "frag rt hbh dst mh ipv6header".Split(' ').Select(static word => new Phrase(word + " *", word, null)), new("eui64", "eui64", ""),
        new("esp", "esp", ""), new("ah", "ah", ""), .. new[] { "spi:%", "spis:%" }.SelectMany(static word => new[] { new Phrase(word, "esp", "--espspi {0}") { After = "esp" }, new Phrase(word, "ah", "--ahspi {0}") { After = "ah" } }),
    ];
}
