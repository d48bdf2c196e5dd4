using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>ipvsadm -Ln</c>, also with <c>--stats</c> or <c>--rate</c>, <c>ipvsadm -Sn</c>, and /proc/net/ip_vs, whose numbers are hexadecimal (ipvsadm.c; net/netfilter/ipvs/ip_vs_ctl.c).</summary>
internal sealed class IpvsReader : IDumpReader
{
    public string Kind => "ipvsadm";

    public int Recognise(DumpText text) =>
        text.Lines.Any(static l => l.StartsWith("IP Virtual Server version", StringComparison.Ordinal) || l.StartsWith("IPVS connection entries", StringComparison.Ordinal))
            ? 95
            : Share.Of(text, static line => IpvsCommand.Is(line));

    public void Read(DumpText text, DumpDocument document)
    {
        var service = new IpvsBuilder(document);
        // The kernel's own table heads its columns without room for addresses in dots.
        var isHexadecimal = text.Lines.Any(static l => l.AsSpan().Trim() is "-> RemoteAddress:Port Forward Weight ActiveConn InActConn") && text.File.Contains("ip_vs", StringComparison.Ordinal);
        var isStatistics = text.Lines.Any(static l => l.StartsWith("Prot ", StringComparison.Ordinal) && !l.Contains("Scheduler", StringComparison.Ordinal));
        var isConnections = false;
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i].AsSpan().Trim();
            if (text.IsBlank(i) || line.StartsWith("IP Virtual Server") || line.StartsWith("Prot ") || line.StartsWith("-> RemoteAddress:Port"))
                continue;
            if (line.StartsWith("IPVS connection entries") || (isConnections && (line.StartsWith("pro ") || IsConnection(line))))
            {
                isConnections = true;
                continue;
            }

            var row = new IpvsRow(text.At(i), isHexadecimal, isStatistics);
            var isUnderstood = IpvsCommand.Is(line) ? IpvsCommand.Read(line, text.At(i), service) : line.StartsWith("-> ") ? row.Server(line, service) : row.Service(line, service);
            if (!isUnderstood)
                document.Add(Unknown.Line(this, text, i));
        }

        service.Flush();
    }

    // ipvsadm -Lc: conntrack tells the same connections, with both of their directions.
    private static bool IsConnection(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        return words.Next() && words.Current is "TCP" or "UDP" or "SCTP" or "IP" && words.Next() && words.Current.Contains(':');
    }
}
