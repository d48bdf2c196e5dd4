using System.Globalization;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>The lines of a listing: a service, and below it its servers behind arrows.</summary>
/// <param name="IsHexadecimal">True for /proc/net/ip_vs.</param>
/// <param name="IsStatistics">True where counters stand in place of scheduler, weight and connections.</param>
internal readonly record struct IpvsRow(SourceLocation At, bool IsHexadecimal, bool IsStatistics)
{
    /// <summary><c>TCP  10.96.0.1:443 rr persistent 10800</c>, <c>FWM  7 sh</c>.</summary>
    public bool Service(ReadOnlySpan<char> line, IpvsBuilder builder)
    {
        var words = new Words(line);
        words.Next();
        var record = new IpvsRecord { Location = At };
        if (words.Current is "FWM")
        {
            if (!words.Next() || !uint.TryParse(words.Current, IsHexadecimal ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture, out var mark))
                return false;
            record = record with { Mark = mark };
            words.Skip("IPv6");
        }
        else
        {
            if (words.Current is not ("TCP" or "UDP" or "SCTP") || !IpProtocols.TryParse(words.Current, out var protocol) || !words.Next() || !TryEndpoint(words.Current, out var address, out var port))
                return false;
            record = record with { Protocol = protocol, Address = address, Port = port };
        }

        return IsStatistics ? AreCounters(ref words) && builder.Begin(record) : builder.Begin(Settings(ref words, record)) && words.Fault == 0;
    }

    /// <summary><c>-> 10.244.0.2:53  Masq  1  0  12</c>.</summary>
    public bool Server(ReadOnlySpan<char> line, IpvsBuilder builder)
    {
        var words = new Words(line);
        words.Next();
        if (!words.Next() || !TryEndpoint(words.Current, out var address, out var port))
            return false;
        var server = new IpvsServer(address, port, At.Line);
        if (IsStatistics)
            return AreCounters(ref words) && builder.Add(server);
        server = server with { Forward = words.Take(), Weight = words.TakeInt() };
        return words.Next() && Counters.TryRounded(words.Current, out var active) && words.Next() && Counters.TryRounded(words.Current, out var inactive) && words.Fault == 0
            && builder.Add(server with { ActiveConnections = active, InactiveConnections = inactive });
    }

    private static IpvsRecord Settings(ref Words words, IpvsRecord record)
    {
        var flags = new List<string>();
        if (words.Next())
            record = record with { Scheduler = words.Current.ToString() };
        while (words.Next())
        {
            if (words.Current is "persistent")
                record = record with { Persistence = words.TakeInt() };
            else
                flags.Add(words.Current is "mask" or "pe" ? $"{words.Current} {words.Peek()}" : words.Current.Trim("()").ToString());
            if (words.Current is "mask" or "pe")
                words.Next();
        }

        return record with { Flags = flags };
    }

    private static bool AreCounters(ref Words words)
    {
        var count = 0;
        while (words.Next())
        {
            if (!Counters.TryRounded(words.Current, out _))
                return false;
            count++;
        }

        return count > 2;
    }

    private bool TryEndpoint(ReadOnlySpan<char> text, out IpAddress address, out int port)
    {
        (address, port) = (default, 0);
        var colon = text.LastIndexOf(':');
        if (colon < 0)
            return false;
        var host = text[..colon].Trim("[]");
        if (!IsHexadecimal)
            return IpAddress.TryParse(host, out address) && TryPort(text[(colon + 1)..], out port);
        if (!int.TryParse(text[(colon + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out port))
            return false;
        if (host.Contains(':'))
            return IpAddress.TryParse(host, out address);
        var isIpv4 = uint.TryParse(host, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits);
        address = isIpv4 ? IpAddress.FromIpv4(bits) : default;
        return isIpv4;
    }

    private static bool TryPort(ReadOnlySpan<char> text, out int port)
    {
        var isKnown = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || Text.ServiceNames.TryPort(text, out number);
        port = number;
        return isKnown;
    }
}
