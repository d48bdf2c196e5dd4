using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Netfilter;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>What a step of a path is.</summary>
public enum StepKind
{
    Send,
    Route,
    Neighbour,
    Bridge,
    Veth,

    /// <summary>A rule that matched, jumps and RETURN included.</summary>
    Rule,

    /// <summary>A built-in chain's policy.</summary>
    Policy,
    Dnat,
    Snat,
    Masquerade,
    UnNat,
    Encapsulate,
    Decapsulate,
    Deliver,
    Drop,
    Reject,
    Leave,
}

/// <summary>One step of a packet through the kernel.</summary>
/// <param name="Packet">As it is after the step.</param>
public sealed record PathStep(StepKind Kind, string Namespace, string Text, PacketState Packet)
{
    /// <summary>The device the step is about; null where none is.</summary>
    public string? Interface { get; init; }

    /// <summary>PREROUTING, INPUT, FORWARD, OUTPUT, POSTROUTING; null outside netfilter.</summary>
    public string? Hook { get; init; }

    public string? Table { get; init; }

    public string? Chain { get; init; }

    /// <summary>The chain on the hook from which a rule was reached; null outside netfilter.</summary>
    public string? BaseChain { get; init; }

    /// <summary>The dump line that says so; null where no line does (an implicit un-NAT, say).</summary>
    public SourceLocation? Location { get; init; }

    /// <summary>The element of a map that decided where a rule leads; null where none did.</summary>
    public RuleCitation? Element { get; init; }

    /// <summary>How many packets it is wrapped in at this step: 0 for the packet itself.</summary>
    public int Depth { get; init; }
}
