using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Netfilter.Nftables;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>What is registered at a hook.</summary>
public enum HookKind
{
    /// <summary>A chain of iptables or nftables that filters or marks.</summary>
    Filter,

    /// <summary>Conntrack looks the connection up, or makes one.</summary>
    Conntrack,

    /// <summary>The nat chains where they may change the destination.</summary>
    DestinationNat,

    /// <summary>The nat chains where they may change the source.</summary>
    SourceNat,

    /// <summary>IPVS gives answers of its servers the virtual address.</summary>
    VirtualAnswer,

    /// <summary>IPVS takes packets for its services.</summary>
    VirtualService,

    /// <summary>Conntrack confirms the connection: the packet leaves, or is delivered.</summary>
    Confirm,
}

/// <summary>A chain on a hook.</summary>
/// <param name="Reroutes">True where a packet that it marks is routed again (iptables' mangle table, nftables' chains of type route).</param>
internal sealed record HookChain(Ruleset Ruleset, NetfilterChain Chain, int Priority, bool Reroutes);

/// <summary>One registration at a hook, with its chains: one, or all nat chains in their order.</summary>
internal sealed record HookEntry(HookKind Kind, IReadOnlyList<HookChain> Chains);

/// <summary>
/// Who sees a packet at each hook, in the kernel's order (nf_hook_entries_grow, net/netfilter/core.c): by priority, and of equal ones the last
/// registered first. The nat chains of both tools share one registration (nf_nat_register_fn, net/netfilter/nf_nat_core.c).
/// </summary>
internal static class Hooks
{
    // enum nf_ip_hook_priorities (include/uapi/linux/netfilter_ipv4.h). At INPUT the nat chains change sources.
    private const int ConntrackPriority = -200;
    private const int DestinationNatPriority = -100;
    private const int SourceNatPriority = 100;

    private static readonly Dictionary<string, int> TablePriorities = new(StringComparer.Ordinal) { ["raw"] = -300, ["mangle"] = -150, ["filter"] = 0, ["security"] = 50 };

    private static readonly ConditionalWeakTable<NetworkNamespace, ConcurrentDictionary<(string, bool), IReadOnlyList<HookEntry>>> Known = [];

    /// <param name="hook">PREROUTING, INPUT, FORWARD, OUTPUT, POSTROUTING.</param>
    public static IReadOnlyList<HookEntry> At(NetworkNamespace ns, string hook, bool isIpv6) =>
        Known.GetValue(ns, static _ => new()).GetOrAdd((hook, isIpv6), static (key, n) => Order(n, key.Item1, key.Item2), ns);

    private static IReadOnlyList<HookEntry> Order(NetworkNamespace ns, string hook, bool isIpv6)
    {
        var isDestination = hook is "PREROUTING" or "OUTPUT";
        var nat = new List<(HookChain Chain, int Age)>();
        var all = new List<(HookEntry Entry, int Priority, int Age)>();
        foreach (var (chain, type, age) in Chains(ns, hook, isIpv6))
        {
            if (type == "nat")
                nat.Add((chain, age));
            else
                all.Add((new HookEntry(HookKind.Filter, [chain]), chain.Priority, age));
        }

        if (hook != "FORWARD")
        {
            var chains = nat.OrderBy(static c => c.Chain.Priority).ThenByDescending(static c => c.Age).Select(static c => c.Chain).ToList();
            all.Add((new HookEntry(isDestination ? HookKind.DestinationNat : HookKind.SourceNat, chains), isDestination ? DestinationNatPriority : SourceNatPriority, nat.Count == 0 ? 0 : nat.Min(static c => c.Age)));
            all.Add(isDestination ? (new HookEntry(HookKind.Conntrack, []), ConntrackPriority, int.MaxValue) : (new HookEntry(HookKind.Confirm, []), int.MaxValue, 0));
        }

        if (Ipvs.ServiceHook.IsPresent(ns))
            all.AddRange(IpvsHooks(hook).Select(static e => (new HookEntry(e.Kind, []), e.Priority, 0)));
        return [.. all.OrderBy(static e => e.Priority).ThenByDescending(static e => e.Age).Select(static e => e.Entry)];
    }

    // ip_vs_ops4, ip_vs_ops6 (net/netfilter/ipvs/ip_vs_core.c).
    private static (HookKind Kind, int Priority)[] IpvsHooks(string hook) => hook switch
    {
        "INPUT" => [(HookKind.VirtualAnswer, SourceNatPriority - 2), (HookKind.VirtualService, SourceNatPriority - 1)],
        "OUTPUT" => [(HookKind.VirtualAnswer, DestinationNatPriority + 1), (HookKind.VirtualService, DestinationNatPriority + 2)],
        "FORWARD" => [(HookKind.VirtualAnswer, 100)],
        _ => [],
    };

    // Age: the order of registration as far as the dumps show it. Tables of iptables that only iptables-save shows count as the first.
    private static IEnumerable<(HookChain Chain, string Type, int Age)> Chains(NetworkNamespace ns, string hook, bool isIpv6)
    {
        foreach (var table in ns.Tables)
        {
            if (table.IpVersion == (isIpv6 ? 6 : 4) && table.Chains.TryGetValue(hook, out var chain))
            {
                var priority = table.Name == "nat" ? hook is "PREROUTING" or "OUTPUT" ? DestinationNatPriority : SourceNatPriority : TablePriorities.GetValueOrDefault(table.Name);
                yield return (new HookChain(new IptablesRuleset(ns, table), chain, priority, table.Name == "mangle"), table.Name == "nat" ? "nat" : "filter", 0);
            }
        }

        var age = 1;
        foreach (var table in NftTables.Walked(ns).Where(t => t.Sees(isIpv6)))
        {
            foreach (var chain in table.Chains.Values)
            {
                age++;
                if (chain.Hook is { } name && name.Equals(hook, StringComparison.OrdinalIgnoreCase))
                    yield return (new HookChain(new NftRuleset(ns, table, hook is "PREROUTING" or "OUTPUT" && chain.Priority < ConntrackPriority), chain, chain.Priority, chain.Type == "route"), chain.Type ?? "filter", age);
            }
        }
    }
}
