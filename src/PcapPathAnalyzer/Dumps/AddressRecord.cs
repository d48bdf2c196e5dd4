using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

/// <summary>An address of an interface, as <c>ip addr</c> prints it (ip-address(8)).</summary>
public sealed record AddressRecord : DumpRecord
{
    public override string Kind => "address";

    public required string Interface { get; init; }

    /// <summary>0 where not printed.</summary>
    public int IfIndex { get; init; }

    /// <summary>The address with its prefix length; for point-to-point addresses the prefix is the peer's, see <see cref="Peer"/>.</summary>
    public required IpPrefix Address { get; init; }

    /// <summary>The peer of a point-to-point address.</summary>
    public IpPrefix? Peer { get; init; }

    public IpAddress Broadcast { get; init; }

    /// <summary><c>global</c>, <c>link</c>, <c>host</c>, <c>site</c>, or a number.</summary>
    public string? Scope { get; init; }

    /// <summary>secondary, dynamic, deprecated, noprefixroute, tentative, dadfailed, ...</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    public string? Label { get; init; }
}
