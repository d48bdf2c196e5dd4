using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>What the dumps of sockets say of who waits for connections and datagrams (ss(8), netstat(8)).</summary>
internal static class Listeners
{
    /// <summary>A socket that waits on a port, whatever its address; null where none does or no sockets were dumped.</summary>
    public static SocketRecord? At(NetworkNamespace? ns, IpProtocol protocol, int port) =>
        ns?.Sockets.FirstOrDefault(s => s.Protocol == protocol && s.LocalPort == port && s.State is "LISTEN" or "UNCONN");

    /// <summary>True where sockets of the protocol were dumped (<c>ss -lnt</c> shows no others than TCP's) and none waits on the port.</summary>
    public static bool AreNone(NetworkNamespace? ns, IpProtocol protocol, int port) =>
        ns?.Sockets.Any(s => s.Protocol == protocol) == true && At(ns, protocol, port) is null;
}
