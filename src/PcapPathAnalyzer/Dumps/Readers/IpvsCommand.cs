using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>The lines of <c>ipvsadm -S</c>: <c>-A -t 10.96.0.1:443 -s rr -p 10800</c>, <c>-a -t 10.96.0.1:443 -r 10.0.0.2:6443 -m -w 1</c> (ipvsadm(8)).</summary>
internal static class IpvsCommand
{
    public static bool Is(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        return words.Next() && words.Current is "-A" or "-a" && words.Next() && words.Current is "-t" or "-u" or "-f" or "--sctp-service" && words.Next();
    }

    public static bool Read(ReadOnlySpan<char> line, SourceLocation at, IpvsBuilder builder)
    {
        var words = new Words(line);
        var isServer = words.Take() is "-a";
        if (Service(ref words, at) is not { } service)
            return false;
        var server = new IpvsServer(default, 0, at.Line) { Forward = "Route", Weight = 1 };
        var flags = new List<string>();
        while (words.Next())
        {
            switch (words.Current)
            {
                case "-s": service = service with { Scheduler = words.Take() }; break;
                // Without a number, 300 seconds (ipvsadm(8)).
                case "-p": service = service with { Persistence = words.Peek() is [>= '0' and <= '9', ..] ? words.TakeInt() : 300 }; break;
                case "-M" or "-b" or "--pe": flags.Add($"{words.Current} {words.Peek()}"); words.Next(); break;
                case "-o" or "--ops" or "-6": flags.Add(words.Current.ToString()); break;
                case "-r" when words.Next() && Endpoint.TryParse(words.Current, out var real): server = server with { Address = real.Address, Port = real.Port }; break;
                case "-m": server = server with { Forward = "Masq" }; break;
                case "-g": server = server with { Forward = "Route" }; break;
                case "-i": server = server with { Forward = "Tunnel" }; break;
                case "-w": server = server with { Weight = words.TakeInt() }; break;
                case "-x" or "-y" or "--tun-type" or "--tun-port": words.Next(); break;
                case "--tun-nocsum" or "--tun-csum" or "--tun-remcsum": break;
                default: words.Fail(); break;
            }
        }

        if (words.Fault > 0)
            return false;
        if (!isServer)
            return builder.Begin(service with { Flags = flags });
        return !server.Address.IsNone && builder.IsOpen(service) && builder.Add(server);
    }

    private static IpvsRecord? Service(ref Words words, SourceLocation at)
    {
        var kind = words.Take();
        if (!words.Next())
            return null;
        if (kind is "-f")
            return uint.TryParse(words.Current, out var mark) ? new IpvsRecord { Location = at, Mark = mark } : null;
        var protocol = kind switch { "-t" => IpProtocol.Tcp, "-u" => IpProtocol.Udp, _ => IpProtocol.Sctp };
        return Endpoint.TryParse(words.Current, out var endpoint) ? new IpvsRecord { Location = at, Protocol = protocol, Address = endpoint.Address, Port = endpoint.Port } : null;
    }
}
