using System.Globalization;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>A question as a person asks it: from where, to where, how.</summary>
public sealed record Question
{
    /// <summary>A namespace (its path in the bundle, or the end of it where that is unique), or an address.</summary>
    public required string From { get; init; }

    /// <summary><c>IP</c>, <c>IP:PORT</c>, <c>[IP]:PORT</c>.</summary>
    public required string To { get; init; }

    /// <summary>Null: TCP where there is a port, ICMP echo where there is none.</summary>
    public string? Protocol { get; init; }

    public int? SourcePort { get; init; }

    /// <summary>The packet comes in from outside: <c>INTERFACE</c>, or <c>NAMESPACE:INTERFACE</c>.</summary>
    public string? In { get; init; }

    public uint Mark { get; init; }

    /// <summary>A packet of a connection that began before.</summary>
    public bool IsEstablished { get; init; }

    /// <summary>Bytes of the IP packet; 0 for a connection's first packet as it is usually sent.</summary>
    public int Size { get; init; }

    public int Ttl { get; init; } = 64;

    /// <summary>The walk that answers it; null and a message where the question cannot be asked of this bundle.</summary>
    public WalkRequest? Ask(Network network, out string error)
    {
        if (!TryEndpoint(To, out var destination, out var port))
        {
            error = $"--to: '{To}' is neither IP nor IP:PORT";
            return null;
        }

        var name = Protocol ?? (port == 0 ? destination.IsIpv4 ? "icmp" : "ipv6-icmp" : "tcp");
        if (!IpProtocols.TryParse(name, out var protocol) || (protocol.HasPorts() && port == 0))
        {
            error = protocol.HasPorts() ? $"--to: {protocol.Keyword()} needs a port: {To}:PORT" : $"--proto: '{name}' is no protocol";
            return null;
        }

        if (protocol is IpProtocol.Icmp && destination.IsIpv6)
            protocol = IpProtocol.Icmpv6;
        if (SourcePort is < 0 or > ushort.MaxValue)
        {
            error = $"--sport: {SourcePort} is not within 0 and 65535";
            return null;
        }

        if (Size is > 0 && Size < LeastSize(destination, protocol))
        {
            error = $"--size: a {protocol.Keyword()} packet of {(destination.IsIpv4 ? "IPv4" : "IPv6")} has at least {LeastSize(destination, protocol)} bytes";
            return null;
        }

        var (ns, device, source) = Origin.Find(network, this, destination, out error);
        return ns is null ? null : new WalkRequest { Namespace = ns, Device = device, Packet = Packet(ns, new FiveTuple(source, (ushort)(SourcePort ?? 0), destination, (ushort)port, protocol)) };
    }

    private PacketState Packet(NetworkNamespace ns, FiveTuple tuple) => new()
    {
        Tuple = tuple,
        SourcePorts = tuple.Protocol.HasPorts() && SourcePort is null ? LocalPorts(ns) : null,
        Mark = Mark,
        // A socket sends to a group no farther than its link, unless told to (IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS).
        Ttl = tuple.Destination.IsMulticast ? 1 : Ttl,
        Length = Size > 0 ? Size : tuple.Protocol == IpProtocol.Tcp && !IsEstablished ? (tuple.Destination.IsIpv4 ? 60 : 80) : 0,
        DontFragment = true,
        TcpFlags = tuple.Protocol != IpProtocol.Tcp ? -1 : IsEstablished ? 0x10 : 0x02,
        IcmpType = tuple.Protocol switch { IpProtocol.Icmp => 8, IpProtocol.Icmpv6 => 128, _ => -1 },
        AssumeEstablished = IsEstablished,
    };

    // Both headers, without options.
    private static int LeastSize(IpAddress destination, IpProtocol protocol) =>
        (destination.IsIpv4 ? 20 : 40) + protocol switch { IpProtocol.Tcp => 20, IpProtocol.Sctp => 12, IpProtocol.Udp or IpProtocol.Icmp or IpProtocol.Icmpv6 => 8, _ => 0 };

    private static PortRange LocalPorts(NetworkNamespace ns)
    {
        if (ns.Sysctls.TryGetValue("net.ipv4.ip_local_port_range", out var record)
            && record.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var low, var high]
            && ushort.TryParse(low, CultureInfo.InvariantCulture, out var first) && ushort.TryParse(high, CultureInfo.InvariantCulture, out var last) && first <= last)
        {
            return new PortRange(first, last);
        }

        return PortRange.Ephemeral;
    }

    private static bool TryEndpoint(string text, out IpAddress address, out int port)
    {
        port = 0;
        if (IpAddress.TryParse(text, out address))
            return true;
        var colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535
            && IpAddress.TryParse(text.AsSpan(0, colon).Trim("[]"), out address) && (address.IsIpv4 || text[0] == '[');
    }
}
