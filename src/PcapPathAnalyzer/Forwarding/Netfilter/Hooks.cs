namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>What is registered at a hook.</summary>
public enum HookKind
{
    /// <summary>A table of iptables.</summary>
    Table,

    /// <summary>Conntrack looks the connection up, or makes one.</summary>
    Conntrack,

    /// <summary>The nat table where it may change the destination.</summary>
    DestinationNat,

    /// <summary>The nat table where it may change the source.</summary>
    SourceNat,

    /// <summary>Conntrack confirms the connection: the packet leaves, or is delivered.</summary>
    Confirm,
}

/// <summary>Who sees a packet at each hook, in the kernel's order.</summary>
public static class Hooks
{
    // enum nf_ip_hook_priorities (include/uapi/linux/netfilter_ipv4.h): raw -300, conntrack -200, mangle -150, dstnat -100, filter 0,
    // security 50, srcnat 100, confirm INT_MAX. At INPUT the nat table changes sources, after filter (net/ipv4/netfilter/iptable_nat.c).
    private static readonly Dictionary<string, (HookKind Kind, string Table)[]> Order = new()
    {
        ["PREROUTING"] = [(HookKind.Table, "raw"), (HookKind.Conntrack, ""), (HookKind.Table, "mangle"), (HookKind.DestinationNat, "nat")],
        ["INPUT"] = [(HookKind.Table, "mangle"), (HookKind.Table, "filter"), (HookKind.Table, "security"), (HookKind.SourceNat, "nat"), (HookKind.Confirm, "")],
        ["FORWARD"] = [(HookKind.Table, "mangle"), (HookKind.Table, "filter"), (HookKind.Table, "security")],
        ["OUTPUT"] = [(HookKind.Table, "raw"), (HookKind.Conntrack, ""), (HookKind.Table, "mangle"), (HookKind.DestinationNat, "nat"), (HookKind.Table, "filter"), (HookKind.Table, "security")],
        ["POSTROUTING"] = [(HookKind.Table, "mangle"), (HookKind.SourceNat, "nat"), (HookKind.Confirm, "")],
    };

    public static IReadOnlyList<(HookKind Kind, string Table)> At(string hook) => Order[hook];
}
