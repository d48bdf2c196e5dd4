namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>IPv4 or IPv6, where no header says so: from the first rule that can only be one, the command, the file's name.</summary>
internal static class FamilyGuess
{
    private static readonly string[] Ipv6Signs = ["ipv6-icmp", "icmp6", "--icmpv6-type", "-p icmpv6", "--hl-"];
    private static readonly string[] Ipv4Signs = ["-p icmp ", "--icmp-type", "icmp-port-unreachable", "icmp-host-prohibited", "icmp-admin-prohibited", "icmp-net-", "icmp-host-", "icmp-proto-"];

    public static int Of(DumpText text)
    {
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i].AsSpan();
            if (line.TrimStart() is ['#', ..])
                continue;
            if (Ipv6Signs.AsSpan().Any(line))
                return 6;
            if (Ipv4Signs.AsSpan().Any(line))
                return 4;
            if (Address(line) is { } version)
                return version;
        }

        var name = text.Command ?? text.File;
        return name.Contains("ip6", StringComparison.Ordinal) ? 6 : 4;
    }

    private static bool Any(this ReadOnlySpan<string> signs, ReadOnlySpan<char> line)
    {
        foreach (var sign in signs)
        {
            if (line.Contains(sign, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static int? Address(ReadOnlySpan<char> line)
    {
        foreach (var option in (ReadOnlySpan<string>)[" -s ", " -d ", "--to-destination ", "--to-source "])
        {
            var at = line.IndexOf(option);
            if (at < 0)
                continue;
            var value = line[(at + option.Length)..].TrimStart("! ");
            var end = value.IndexOfAny(' ', ',');
            value = end < 0 ? value : value[..end];
            if (value is ['[', ..] || value.Count(':') > 1)
                return 6;
            if (value.Count('.') == 3)
                return 4;
        }

        return null;
    }
}
