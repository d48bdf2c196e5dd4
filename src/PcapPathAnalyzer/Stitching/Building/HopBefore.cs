using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>The capture points of a way, in path order.</summary>
internal interface IWay
{
    int Count { get; }

    CapturePoint At(int hop);
}

/// <summary>From where a packet comes to a hop: mostly from the one before it, but a bridge floods all ports at once, and each copy goes on by itself.</summary>
internal static class HopBefore
{
    /// <summary>The place, from 0, of the hop that a hop's latency is measured from; -1 for none.</summary>
    public static int Of<T>(T way, int hop)
        where T : struct, IWay
    {
        if (hop == 0 || IsTap(way, hop))
            return -1;
        var device = way.At(hop).Device;
        if (device?.Master is { } bridge && CameIn(way, hop, bridge) is >= 0 and var came)
            return came;
        if (device?.Peer is { } peer && way.At(hop - 1).Device != peer)
        {
            for (var i = hop - 2; i >= 0; i--)
            {
                if (way.At(i).Device == peer)
                    return i;
            }
        }

        return IsTap(way, hop - 1) ? hop - 2 : hop - 1;
    }

    /// <summary>
    /// The copy a promiscuous bridge gets of what it switches between two ports is stamped after the packet has left: it has
    /// a place on the way and no time on it.
    /// </summary>
    public static bool IsTap<T>(T way, int hop)
        where T : struct, IWay =>
        hop > 0 && hop + 1 < way.Count && way.At(hop).Device is { IsBridge: true } bridge && way.At(hop - 1).Device?.Master == bridge && way.At(hop + 1).Device?.Master == bridge;

    /// <summary>Writes down what a hop's latency is, and from where. A bridge's own copy of what it switches, where the port that it came in by was not captured, shows by being late.</summary>
    /// <param name="record">The hop's.</param>
    /// <param name="from">Place of the hop before, from 0.</param>
    /// <param name="latency">Nanoseconds.</param>
    /// <param name="there">The hop before.</param>
    /// <param name="here">The hop.</param>
    public static void Tell(ref HopRecord record, int from, long latency, CapturePoint there, CapturePoint here)
    {
        if (latency < 0 && there.Device is { IsBridge: true } bridge && here.Device?.Master == bridge)
            return;
        (record.From, record.Latency) = ((ushort)(from + 1), latency);
    }

    // Of three ports of one bridge the first is where the packet came in, and the others are where it went out.
    private static int CameIn<T>(T way, int hop, Topology.NetworkInterface bridge)
        where T : struct, IWay
    {
        var (first, ports) = (-1, 0);
        for (var i = hop - 1; i >= 0; i--)
        {
            if (way.At(i).Device?.Master == bridge)
                (first, ports) = (i, ports + 1);
        }

        return ports > 1 ? first : -1;
    }
}
