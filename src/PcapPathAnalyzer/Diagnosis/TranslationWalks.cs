using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>
/// Which rule of a namespace translated a packet as it was seen. Packets that differ only in what no rule of its nat tables
/// asks for share a walk. One instance serves one thread.
/// </summary>
internal sealed class TranslationWalks(NetworkNamespace ns)
{
    /// <summary>Answers that are remembered; then all are forgotten.</summary>
    private const int Remembered = 1 << 16;

    private readonly Firewall firewall = new(ns);
    private readonly bool asksSourcePort = Asks(ns);
    private readonly Dictionary<Question, TableOutcome?> known = [];

    public TableOutcome? Destination(PacketState before, IpAddress destination, ushort port) =>
        Ask(Key(before) with { Address = destination, Port = port }, () => firewall.ExplainDestination(before, destination, port));

    public TableOutcome? Source(PacketState before, IpAddress source, ushort port) =>
        Ask(Key(before) with { IsSource = true, Address = source, Port = asksSourcePort ? port : (ushort)0 }, () => firewall.ExplainSource(before, source, port));

    private TableOutcome? Ask(Question question, Func<TableOutcome?> walk)
    {
        if (known.TryGetValue(question, out var outcome))
            return outcome;
        if (known.Count == Remembered)
            known.Clear();
        known.Add(question, outcome = walk());
        return outcome;
    }

    private Question Key(PacketState p) =>
        new(asksSourcePort ? p.Tuple : p.Tuple with { SourcePort = 0 }, p.In, p.Out, p.Mark, p.IsDestinationTranslated);

    // All that a rule can ask of a packet here is in the question; only the client's port is another for every connection.
    private static bool Asks(NetworkNamespace ns)
    {
        foreach (var rule in ns.Tables.Where(t => t.Name == "nat").SelectMany(t => t.Chains.Values).SelectMany(c => c.Rules))
        {
            if (rule.Target is NatTarget { Translation: NatKind.Snat, FirstPort: not 0 } || rule.Matches.Any(AsksSourcePort))
                return true;
        }

        return ns.NftTables.Any(static t => t.Chains.Values.Any(static c => c.Rules.Any(NftSourcePort.IsAsked)));
    }

    private static bool AsksSourcePort(RuleMatch match) =>
        match is not (CommentMatch or AddressMatch or InterfaceMatch or ProtocolMatch or PortMatch { Side: PortSide.Destination } or FragmentMatch or TcpFlagsMatch or IcmpTypeMatch
            or ConntrackStateMatch or MarkMatch or AddressTypeMatch or StatisticMatch or MacMatch or AddressRangeMatch or PhysicalDeviceMatch or LengthMatch or TtlMatch
            or TrafficClassMatch or PacketTypeMatch);

    private readonly record struct Question(FiveTuple Tuple, string? In, string? Out, uint Mark, bool IsDestinationTranslated)
    {
        public bool IsSource { get; init; }

        public IpAddress Address { get; init; }

        public ushort Port { get; init; }
    }
}
