namespace PcapPathAnalyzer.Diagnosis;

/// <summary>What was about to happen to a packet where it was last seen.</summary>
internal enum LossStage
{
    /// <summary>The namespace's stack received it: PREROUTING, routing, FORWARD or INPUT, the next hop's address come next.</summary>
    Received,

    /// <summary>A tunnel device took it: its outer header, OUTPUT and the way to the far VTEP come next.</summary>
    Encapsulating,

    /// <summary>It left the namespace for another machine: what comes next is not this namespace's business.</summary>
    Sent,

    /// <summary>The outer packet arrived at the far VTEP: INPUT, port, VNI and checksum decide.</summary>
    Decapsulating,

    /// <summary>The host gave it to its bridge: the port of the destination's MAC comes next.</summary>
    Bridged,
}
