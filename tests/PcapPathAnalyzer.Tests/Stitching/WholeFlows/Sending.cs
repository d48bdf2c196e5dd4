using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Stitching.WholeFlows;

/// <summary>A packet that an end of a connection sends, once; what is sent again is another one.</summary>
/// <param name="Number">From 0 over all connections.</param>
/// <param name="Connection">From 0.</param>
/// <param name="IsReply">True from server to client.</param>
/// <param name="Time">True time, nanoseconds.</param>
/// <param name="Packet">As made; addresses and ports are those of the way's point.</param>
internal sealed record Sending(int Number, int Connection, bool IsReply, long Time, WirePacket Packet)
{
    public required Ports Ports { get; init; }

    /// <summary>Hops of the way, counted from its sender, that the packet reaches.</summary>
    public int Reaches { get; init; } = Way.Count;

    public bool IsOvertaken { get; init; }

    /// <summary>Between a proxy and its server, over lo.</summary>
    public bool IsLocal { get; init; }

    /// <summary>TCP sent the same bytes before.</summary>
    public bool IsAgain { get; init; }
}

/// <summary>Bytes of a sending that a packet carries; 0 to 1 for what is not TCP data.</summary>
internal readonly record struct Piece(int Sending, uint Start, uint End);

/// <summary>A fragment, by what all fragments of its packet have in common (RFC 791, RFC 8200).</summary>
/// <param name="Ends">Addresses.</param>
/// <param name="Identification">Of IP.</param>
/// <param name="IsLater">All but the first, which has the header behind IP's.</param>
internal sealed record FragmentOf((IpAddress Source, IpAddress Destination) Ends, uint Identification, bool IsLater);

/// <summary>A frame at a capture point, and what is in it.</summary>
internal sealed record Seen(int Point, long Time, byte[] Frame, Sending Sending, IReadOnlyList<Piece> Pieces)
{
    /// <summary>Of the frame, bytes up to behind the innermost ports (or ICMP identifier): with less nobody can tell whose it is.</summary>
    public required int PortsEnd { get; init; }

    /// <summary>Up to behind the TCP options, or behind the payload that tells datagrams apart.</summary>
    public required int HeadersEnd { get; init; }

    /// <summary>Of the frame, bytes before the packet inside a tunnel; 0 outside.</summary>
    public int InsideBegin { get; init; }

    /// <summary>A fragment that has no ports of its own.</summary>
    public bool IsLaterFragment => Inside is { IsLater: true } || Outside is { IsLater: true };

    /// <summary>Which fragment of which packet it is; null where it is whole.</summary>
    public FragmentOf? Inside { get; init; }

    /// <summary>The same of the tunnel's packet around it.</summary>
    public FragmentOf? Outside { get; init; }
}
