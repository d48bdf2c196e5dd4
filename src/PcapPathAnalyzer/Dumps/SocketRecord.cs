using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

/// <summary>A socket, as <c>ss</c> and <c>netstat</c> print it.</summary>
public sealed record SocketRecord : DumpRecord
{
    public override string Kind => "socket";

    public required IpProtocol Protocol { get; init; }

    /// <summary>LISTEN, UNCONN, ESTAB, TIME-WAIT, ... in ss's spelling.</summary>
    public required string State { get; init; }

    /// <summary>None (any family) for <c>*</c>, see <see cref="LocalIsWildcard"/>.</summary>
    public IpAddress Local { get; init; }

    /// <summary>True for <c>*</c>: both families.</summary>
    public bool LocalIsWildcard { get; init; }

    public int LocalPort { get; init; }

    /// <summary><c>%eth0</c> behind the local address.</summary>
    public string? Interface { get; init; }

    public IpAddress Peer { get; init; }

    /// <summary>0 for <c>*</c>.</summary>
    public int PeerPort { get; init; }

    public string? Process { get; init; }
}
