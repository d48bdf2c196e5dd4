using System.Globalization;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>/proc/net/tcp, tcp6, udp, udp6 (net/ipv4/tcp_ipv4.c <c>get_tcp4_sock</c>). Addresses are in the host's byte order: little-endian is taken.</summary>
internal sealed class ProcSocketReader : IDumpReader
{
    public string Kind => "proc-net-sockets";

    public int Recognise(DumpText text) => text.Lines.Any(static l => IsTitle(l)) ? 96 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        var protocol = IpProtocol.Tcp;
        var isRaw = text.CommandWords.Any(static w => w.Contains("raw", StringComparison.Ordinal) || w.Contains("icmp", StringComparison.Ordinal));
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i))
                continue;
            if (IsTitle(text[i]))
            {
                // The tables look alike but for the last columns: only the connectionless ones count drops.
                protocol = text[i].Contains("drops", StringComparison.Ordinal) ? IpProtocol.Udp : IpProtocol.Tcp;
                continue;
            }

            var words = new Words(text[i]);
            if (words.Next() && words.Current[^1] == ':' && TryTake(ref words, out var local, out var port) && TryTake(ref words, out var peer, out var peerPort)
                && words.Next() && int.TryParse(words.Current, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && SocketStates.Of(number) is { } state)
            {
                if (!isRaw)
                    document.Add(new SocketRecord { Location = text.At(i), Protocol = protocol, State = state, Local = local, LocalIsWildcard = local.IsNone, LocalPort = port, Peer = peer, PeerPort = peerPort });
            }
            else
            {
                document.Add(Unknown.Line(this, text, i, words.Column));
            }
        }
    }

    private static bool IsTitle(ReadOnlySpan<char> line) => line.Contains("local_address", StringComparison.Ordinal) && line.Contains("tx_queue", StringComparison.Ordinal);

    // "0100007F:0035", or 32 digits for IPv6: four words, each in the host's order.
    private static bool TryTake(ref Words words, out IpAddress address, out int port)
    {
        (address, port) = (default, 0);
        if (!words.Next() || words.Current.IndexOf(':') is var colon && colon is not (8 or 32) || !int.TryParse(words.Current[(colon + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out port))
            return false;
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < colon / 2; i++)
        {
            if (!byte.TryParse(words.Current.Slice(i * 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[(i & ~3) + 3 - (i & 3)]))
                return false;
        }

        address = colon == 8 ? IpAddress.ReadIpv4(bytes) : IpAddress.ReadIpv6(bytes);
        if (address.IsIpv6 && address.High == 0 && address.Low >> 32 == 0xFFFF)
            address = IpAddress.FromIpv4((uint)address.Low);
        return true;
    }
}
