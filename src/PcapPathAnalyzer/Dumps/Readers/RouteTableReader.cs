using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>route -n</c> and <c>netstat -rn</c>, IPv4 and IPv6 (net-tools lib/inet_gr.c, lib/inet6_gr.c).</summary>
internal sealed class RouteTableReader : IDumpReader
{
    public string Kind => "route";

    public int Recognise(DumpText text) => text.Lines.Any(static l => IsColumns(l)) ? 92 : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        string[] columns = [];
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i) || text[i].AsSpan().TrimStart().StartsWith("Kernel IP"))
                continue;
            if (IsColumns(text[i]))
            {
                columns = text[i].Replace("Next Hop", "Gateway", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
                continue;
            }

            var cells = text[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (cells.Length >= columns.Length && columns.Length > 0 && Route(text.At(i), columns, cells) is { } route)
                document.Add(route);
            else
                document.Add(Unknown.Line(this, text, i));
        }
    }

    private static bool IsColumns(ReadOnlySpan<char> line) =>
        line.TrimStart().StartsWith("Destination") && (line.Contains("Gateway", StringComparison.Ordinal) || line.Contains("Next Hop", StringComparison.Ordinal)) && line.Contains("Flag", StringComparison.Ordinal);

    private static RouteRecord? Route(SourceLocation at, string[] columns, string[] cells)
    {
        string? Cell(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (Array.IndexOf(columns, name) is var index and >= 0)
                    return cells[index];
            }

            return null;
        }

        var flags = Cell("Flags", "Flag") ?? "";
        if (Destination(Cell("Destination")!, Cell("Genmask")) is not { } destination)
            return null;
        IpAddress gateway = default;
        if (flags.Contains('G', StringComparison.Ordinal) && !IpAddress.TryParse(Cell("Gateway"), out gateway))
            return null;
        var rejected = flags.Contains('!', StringComparison.Ordinal);
        // IPv6 shows the local table too: n cached, l local ("Un" in older versions, "Ul" is not printed).
        var isLocal = flags is "Un" or "Ul" && destination.IsHost && destination.Address.IsIpv6;
        var isMulticast = destination.Address.IsIpv6 && destination.Address.IsMulticast;
        return new RouteRecord
        {
            Location = at,
            Type = rejected ? "unreachable" : isLocal ? "local" : isMulticast ? "multicast" : "unicast",
            Destination = destination,
            Table = isLocal || isMulticast ? "local" : "main",
            NextHops = [new NextHop { Gateway = gateway, Device = Cell("Iface", "If") }],
            Metric = long.TryParse(Cell("Metric", "Met"), out var metric) ? metric : 0,
            Details = new Dictionary<string, string>(StringComparer.Ordinal) { ["flags"] = flags },
        };
    }

    private static IpPrefix? Destination(string text, string? mask)
    {
        text = text switch
        {
            "default" => "0.0.0.0",
            "link-local" => "169.254.0.0",
            "loopback" => "127.0.0.0",
            "[::]/0" => "::/0",
            // net-tools prints ::/96 so.
            "0.0.0.0/96" => "::/96",
            _ => text,
        };
        if (IpPrefix.TryParse(mask is null or "*" ? text : $"{text}/{mask}", out var prefix))
            return prefix;
        return null;
    }
}
