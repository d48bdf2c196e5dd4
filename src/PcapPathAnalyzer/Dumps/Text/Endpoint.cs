using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>An address with a port, as ss and netstat print it: <c>10.0.0.1:80</c>, <c>[::]:80</c>, <c>:::80</c>, <c>*:80</c>, <c>0.0.0.0%lo:53</c>.</summary>
/// <param name="Address">None for <c>*</c> and <c>::</c>.</param>
/// <param name="IsWildcard">True for <c>*</c>, and for the unbracketed <c>::</c> of older tools, which take both families.</param>
/// <param name="Port">0 for <c>*</c>.</param>
/// <param name="Interface">What stands behind <c>%</c>.</param>
internal readonly record struct Endpoint(IpAddress Address, bool IsWildcard, int Port, string? Interface)
{
    public static bool TryParse(ReadOnlySpan<char> text, out Endpoint endpoint)
    {
        endpoint = default;
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !TryParsePort(text[(colon + 1)..], out var port))
            return false;
        var host = text[..colon];
        string? device = null;
        if (host.IndexOf('%') is var zone and >= 0)
        {
            device = host[(zone + 1)..].TrimEnd(']').ToString();
            host = host[..zone];
        }

        if (host is "*" or "::" or "")
        {
            endpoint = new Endpoint(default, true, port, device);
            return true;
        }

        if (host is "localhost")
            host = "127.0.0.1";
        if (!IpAddress.TryParse(host.Trim("[]"), out var address))
            return false;
        endpoint = new Endpoint(Mapped(address), false, port, device);
        return true;
    }

    // An IPv6 socket that talks IPv4 shows ::ffff:a.b.c.d; on the wire it is a.b.c.d.
    private static IpAddress Mapped(IpAddress address) =>
        address.IsIpv6 && address.High == 0 && address.Low >> 32 == 0xFFFF ? IpAddress.FromIpv4((uint)address.Low) : address;

    private static bool TryParsePort(ReadOnlySpan<char> text, out int port)
    {
        var isKnown = ushort.TryParse(text, out var number) || ServiceNames.TryPort(text, out number);
        port = number;
        return isKnown || text is "*";
    }
}
