namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>What one capture point saw of a tunnel, whatever travelled inside.</summary>
public sealed class TunnelTraffic
{
    internal TunnelTraffic(TunnelKey tunnel) => Tunnel = tunnel;

    /// <summary>The innermost tunnel around the packets.</summary>
    public TunnelKey Tunnel { get; }

    public long Packets { get; private set; }

    /// <summary>On the wire, from the link layer on.</summary>
    public long Bytes { get; private set; }

    /// <summary>Of the packets, those without an IP packet that could be read: ARP, control messages, or cut by the snap length.</summary>
    public long WithoutIp { get; private set; }

    /// <summary>Of those, packets that the snap length cut before what is inside.</summary>
    public long Cut { get; private set; }

    /// <summary>Of the cut packets, those of which lengths and times tell whose they are; of all others that is not known.</summary>
    public long Inferred { get; private set; }

    /// <summary>Later fragments between its ends of which no capture has the first one: pieces of its packets, or of something else. Not counted among them.</summary>
    public long LoneFragments { get; private set; }

    internal void NoteLoneFragment() => LoneFragments++;

    internal void NoteInferred() => Inferred++;

    internal void Add(int length, bool hasIp, bool isCut = false)
    {
        Packets++;
        Bytes += length;
        if (!hasIp)
            WithoutIp++;
        if (isCut)
            Cut++;
    }
}
