using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Ipvs;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>One object for each thing that happens to packets and the rule that decided it. One instance serves one thread.</summary>
internal sealed class SharedActions
{
    private readonly Dictionary<string, HopAction> plain = new(StringComparer.Ordinal);
    private readonly Dictionary<NetfilterRule, List<(IReadOnlyList<RuleCitation> Jumps, HopAction Action)>> cited = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<IpvsServer, HopAction> given = new(ReferenceEqualityComparer.Instance);

    public HopAction Of(string name)
    {
        if (!plain.TryGetValue(name, out var action))
            plain.Add(name, action = new HopAction(name));
        return action;
    }

    /// <summary>An action that a rule decided, reached by certain jumps; without a rule the plain action.</summary>
    public HopAction Of(string name, TableOutcome? outcome)
    {
        if (outcome?.Deciding is not { } rule)
            return Of(name);
        if (!cited.TryGetValue(rule, out var ways))
            cited.Add(rule, ways = new(1));
        foreach (var (jumps, known) in ways)
        {
            if (known.Name == name && Same(jumps, outcome.Jumps))
                return known;
        }

        var action = new HopAction(name) { Citation = HopExplainer.Cite(outcome) };
        ways.Add((outcome.Jumps, action));
        return action;
    }

    /// <summary>An action of IPVS, by the server that it gave the connection to; told as ipvsadm lists both.</summary>
    public HopAction Of(string name, IpvsRecord service, IpvsServer server)
    {
        if (!given.TryGetValue(server, out var action))
        {
            var asked = service.Mark != 0 ? $"FWM {service.Mark}" : $"{service.Protocol?.Keyword().ToUpperInvariant()} {FiveTuple.Endpoint(service.Address, service.Port)}";
            given.Add(server, action = new HopAction(name)
            {
                Citation = new Citation(ServiceHook.At(service, server), $"-> {FiveTuple.Endpoint(server.Address, server.Port)}{(server.Forward is { } way ? $" {way}" : "")}{(server.Weight >= 0 ? $" {server.Weight}" : "")}")
                {
                    Path = [new Citation(service.Location, service.Scheduler is { } scheduler ? $"{asked} {scheduler}" : asked)],
                },
            });
        }

        return action;
    }

    private static bool Same(IReadOnlyList<RuleCitation> a, IReadOnlyList<RuleCitation> b)
    {
        if (a.Count != b.Count)
            return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (a[i].Location != b[i].Location)
                return false;
        }

        return true;
    }
}
