namespace PcapPathAnalyzer.Decode;

/// <summary>Why a frame was not decoded to its payload. Every frame ends decoded or in one of these, and they are counted.</summary>
public enum DecodeFault : byte
{
    None,

    /// <summary>The snap length cut inside a header: the frame was longer on the wire.</summary>
    CutBySnapLength,

    /// <summary>The frame ends inside a header although nothing was cut.</summary>
    Truncated,

    /// <summary>A length field contradicts the bytes around it.</summary>
    BadLength,

    /// <summary>An IP version other than the one announced.</summary>
    BadVersion,

    /// <summary>More nested IP headers than <see cref="DecodedFrame.MaxPackets"/>.</summary>
    TooDeep,

    /// <summary>A link type that is counted and not decoded.</summary>
    UnsupportedLinkType,

    /// <summary>A network protocol (EtherType) that is counted and not decoded: LLDP, STP, ...</summary>
    UnsupportedNetworkProtocol,
}
