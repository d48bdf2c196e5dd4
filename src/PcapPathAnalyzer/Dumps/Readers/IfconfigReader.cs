using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>ifconfig</c> of net-tools in both its forms, <c>eth0: flags=…</c> and <c>eth0  Link encap:Ethernet</c>, and of busybox.</summary>
internal sealed class IfconfigReader : IDumpReader
{
    public string Kind => "ifconfig";

    public int Recognise(DumpText text) => text.Lines.Any(static l => IsHeader(l)) ? Share.Of(text, static line => IsHeader(line) || IsInside(line)) : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        var link = new LinkBuilder(document);
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i))
                continue;
            var words = new Words(text[i].Replace("addr: ", "addr:", StringComparison.Ordinal));
            words.Next();
            if (IsHeader(text[i]))
                ReadHeader(ref words, text.At(i), link);
            else if (link.Interface is not null && IsInside(text[i]))
                ReadLine(ref words, text.At(i), link);
            else
                words.Fail();
            if (words.Fault > 0)
                document.Add(Unknown.Line(this, text, i, words.Fault));
        }

        link.Flush();
    }

    private static bool IsHeader(ReadOnlySpan<char> line) => line.Contains(": flags=", StringComparison.Ordinal) || line.Contains(" Link encap:", StringComparison.Ordinal);

    private static bool IsInside(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        return char.IsWhiteSpace(line[0]) && words.Next()
            && (words.Current is "inet" or "inet6" or "ether" or "loop" or "unspec" or "tunnel" or "infiniband" or "RX" or "TX" or "UP" or "BROADCAST" or "POINTOPOINT" or "LOOPBACK" or "device" or "txqueuelen" or "NOARP" or "DOWN" or "sit"
                || words.Current.StartsWith("collisions:") || words.Current.StartsWith("Interrupt:") || words.Current.StartsWith("inet6-") || words.Current.StartsWith("Memory:"));
    }

    private static void ReadHeader(ref Words words, SourceLocation at, LinkBuilder link)
    {
        var record = new LinkRecord { Location = at, Name = words.Current.TrimEnd(':').ToString() };
        while (words.Next())
        {
            if (words.Current.StartsWith("flags="))
                record = record with { Flags = Flags(words.Current) };
            else if (words.Current is "mtu")
                record = record with { Mtu = words.TakeInt() };
            else if (words.Current is "HWaddr" && MacAddress.TryParse(words.Take(), out var mac))
                record = record with { Mac = mac };
        }

        link.Begin(record);
    }

    private static void ReadLine(ref Words words, SourceLocation at, LinkBuilder link)
    {
        switch (words.Current)
        {
            case "inet" or "inet6": ReadAddress(ref words, at, link); break;
            case "ether":
                var mac = words.TakeMac();
                link.Change(l => l with { Mac = mac, LinkLayer = "ether" });
                break;
            case "UP" or "BROADCAST" or "POINTOPOINT" or "LOOPBACK" or "NOARP": ReadFlags(ref words, link); break;
        }
    }

    // "UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1"
    private static void ReadFlags(ref Words words, LinkBuilder link)
    {
        var flags = new List<string>();
        do
        {
            var word = words.Current.ToString();
            if (word.StartsWith("MTU:", StringComparison.Ordinal) && int.TryParse(word.AsSpan(4), out var mtu))
                link.Change(l => l with { Mtu = mtu });
            else if (!word.Contains(':', StringComparison.Ordinal))
                flags.Add(word is "RUNNING" ? "LOWER_UP" : word);
        }
        while (words.Next());
        link.Change(l => l with { Flags = flags });
    }

    // "inet 10.0.0.1  netmask 255.255.255.0  broadcast 10.0.0.255", "inet6 fe80::1  prefixlen 64  scopeid 0x20<link>",
    // "inet addr:10.0.0.1  Bcast:10.0.0.255  Mask:255.255.255.0", "inet6 addr:fe80::1/64 Scope:Link"
    private static void ReadAddress(ref Words words, SourceLocation at, LinkBuilder link)
    {
        words.Next();
        var text = words.Current.StartsWith("addr:") ? words.Current[5..].ToString() : words.Current.ToString();
        string? mask = null, scope = null, peer = null;
        IpAddress broadcast = default;
        while (words.Next())
        {
            switch (words.Current)
            {
                case "netmask" or "prefixlen": mask = words.Take(); break;
                case "broadcast": broadcast = words.TakeAddress(); break;
                case "destination" or "P-t-P": peer = words.Take(); break;
                case "scopeid": scope = words.Take(); break;
                default:
                    var colon = words.Current.IndexOf(':');
                    var value = words.Current[(colon + 1)..].ToString();
                    if (words.Current.StartsWith("Mask:"))
                        mask = value;
                    else if (words.Current.StartsWith("Bcast:"))
                        _ = IpAddress.TryParse(value, out broadcast);
                    else if (words.Current.StartsWith("P-t-P:"))
                        peer = value;
                    else if (words.Current.StartsWith("Scope:"))
                        scope = value.ToLowerInvariant();
                    break;
            }
        }

        if (!IpPrefix.TryParse(mask is null ? text : $"{text}/{mask}", out var address))
        {
            words.Fail();
            return;
        }

        link.Add(new AddressRecord
        {
            Location = at,
            Interface = link.Interface!,
            Address = address,
            Broadcast = broadcast,
            Scope = scope?.IndexOf('<') is >= 0 and var open ? scope[(open + 1)..].TrimEnd('>') : scope,
            Peer = IpAddress.TryParse(peer, out var other) ? IpPrefix.Host(other) : null,
        });
    }

    private static string[] Flags(ReadOnlySpan<char> word)
    {
        var open = word.IndexOf('<');
        return open < 0 ? [] : word[(open + 1)..].TrimEnd('>').ToString().Replace("RUNNING", "LOWER_UP", StringComparison.Ordinal).Split(',', StringSplitOptions.RemoveEmptyEntries);
    }
}
