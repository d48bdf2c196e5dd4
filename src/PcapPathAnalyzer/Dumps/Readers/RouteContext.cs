using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>What a route's line leaves out because the command said it: the family, the table, the device.</summary>
internal readonly record struct RouteContext(bool IsIpv6, string Table, string? Device)
{
    public static RouteContext Of(DumpText text)
    {
        var command = text.CommandWords;
        return new RouteContext(IsSix(text, command), After(command, "table", "t") is { } t && t is not "all" and not "cache" ? t : "main", After(command, "dev", "oif"));
    }

    /// <summary>The word behind one of the options; null where there is none.</summary>
    public static string? After(IReadOnlyList<string> command, params ReadOnlySpan<string> options)
    {
        for (var i = 0; i + 1 < command.Count; i++)
        {
            foreach (var option in options)
            {
                if (command[i] == option)
                    return command[i + 1];
            }
        }

        return null;
    }

    // `default dev tun0` does not tell its family. The other lines do: IPv6 prints a preference or colons, IPv4 a dotted prefix.
    private static bool IsSix(DumpText text, IReadOnlyList<string> command)
    {
        if (command.Contains("-6") || command.Contains("inet6"))
            return true;
        if (command.Contains("-4") || command.Contains("inet"))
            return false;
        foreach (var line in text.Lines)
        {
            var first = line.AsSpan().Trim();
            first = first.IndexOf(' ') is var space and > 0 ? first[..space] : first;
            if (IpPrefix.TryParse(first, out var prefix))
                return prefix.Address.IsIpv6;
        }

        return false;
    }
}
