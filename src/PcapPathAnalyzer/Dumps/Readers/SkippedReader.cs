namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>
/// Output that support bundles hold and that says nothing of the way a packet takes: counters, multicast memberships, queueing.
/// It is known, so that it is not reported as unread.
/// </summary>
/// <param name="kind">What it is.</param>
/// <param name="beginnings">How its first line begins.</param>
internal sealed class SkippedReader(string kind, params string[] beginnings) : IDumpReader
{
    public string Kind => kind;

    /// <summary>All of them.</summary>
    public static IEnumerable<SkippedReader> All { get; } =
    [
        new("nstat", "#kernel", "#*."),
        new("netstat-statistics", "Ip:", "IpExt:", "TcpExt:"),
        new("netstat-interfaces", "Kernel Interface table"),
        new("netstat-groups", "IPv6/IPv4 Group Memberships"),
        new("ip-maddr", "1:\tlo"),
        new("tc-qdisc", "qdisc "),
        new("proc-net-dev", "Inter-|   Receive"),
        new("proc-net-unix", "Num       RefCount Protocol"),
        new("proc-net-softnet", "00000000 00000000"),
        new("proc-net-sockstat", "sockets: used"),
        new("ethtool", "NIC statistics:", "Settings for ", "Features for ", "driver: ", "Ring parameters for ", "Coalesce parameters for ", "Pause parameters for "),
    ];

    public int Recognise(DumpText text)
    {
        for (var i = 0; i < text.Count; i++)
        {
            if (!string.IsNullOrWhiteSpace(text[i]))
                return Array.Exists(beginnings, b => text[i].StartsWith(b, StringComparison.Ordinal)) ? 40 : 0;
        }

        return 0;
    }

    public void Read(DumpText text, DumpDocument document)
    {
    }
}
