using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>/proc/net/route: the main table of IPv4 (net/ipv4/fib_trie.c <c>fib_route_seq_show</c>). Addresses are in the host's byte order: little-endian is taken.</summary>
internal sealed class ProcRouteReader : IDumpReader
{
    // include/uapi/linux/route.h
    private const int FlagGateway = 0x2;
    private const int FlagReject = 0x200;

    public string Kind => "proc-net-route";

    public int Recognise(DumpText text) => text.Lines.Any(static l => IsTitle(l)) ? 96 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i) || IsTitle(text[i]))
                continue;
            var cells = text[i].Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (Route(text.At(i), cells) is { } route)
                document.Add(route);
            else
                document.Add(Unknown.Line(this, text, i));
        }
    }

    private static bool IsTitle(ReadOnlySpan<char> line) => line.StartsWith("Iface") && line.Contains("Destination", StringComparison.Ordinal) && line.Contains("IRTT", StringComparison.Ordinal);

    // Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
    private static RouteRecord? Route(SourceLocation at, string[] cells)
    {
        if (cells.Length < 8 || !TryAddress(cells[1], out var destination) || !TryAddress(cells[2], out var gateway) || !TryAddress(cells[7], out var mask)
            || !int.TryParse(cells[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var flags) || !long.TryParse(cells[6], out var metric))
            return null;
        var isReject = (flags & FlagReject) != 0;
        return new RouteRecord
        {
            Location = at,
            Type = isReject ? "unreachable" : "unicast",
            Destination = new IpPrefix(destination, BitOperations.PopCount(mask.Ipv4Value)),
            NextHops = isReject ? [] : [new NextHop { Gateway = (flags & FlagGateway) != 0 ? gateway : default, Device = cells[0] }],
            Metric = metric,
            Mtu = cells.Length > 8 && int.TryParse(cells[8], out var mtu) ? Math.Max(0, mtu) : 0,
        };
    }

    private static bool TryAddress(string hex, out IpAddress address)
    {
        var ok = uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value);
        address = IpAddress.FromIpv4(BinaryPrimitives.ReverseEndianness(value));
        return ok;
    }
}
