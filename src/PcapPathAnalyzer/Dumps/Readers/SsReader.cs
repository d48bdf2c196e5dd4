using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>ss</c> with any of <c>-l -n -t -u -p -a -e -o -m -i -O</c> (iproute2 misc/ss.c). Sockets that are not of the Internet give no record.</summary>
internal sealed class SsReader : IDumpReader
{
    public string Kind => "ss";

    public int Recognise(DumpText text) => Share.Of(text, static line => IsHeader(line) || IsSocket(line) || IsDetail(line) || IsSummary(line)) is var share && text.Lines.Any(static l => IsHeader(l) || IsSocket(l) || l.StartsWith("Transport Total", StringComparison.Ordinal)) ? share : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        var fallback = Protocol(text);
        var open = false;
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i];
            if (text.IsBlank(i) || IsHeader(line) || IsSummary(line))
                continue;
            if (IsSocket(line))
            {
                open = true;
                var words = new Words(line);
                words.Next();
                ReadSocket(ref words, text.At(i), fallback, document);
                if (words.Fault > 0)
                    document.Add(Unknown.Line(this, text, i, words.Fault));
            }
            else if (!open || !IsDetail(line))
            {
                document.Add(Unknown.Line(this, text, i));
            }
        }
    }

    private static bool IsHeader(ReadOnlySpan<char> line) =>
        line.Contains("Recv-Q", StringComparison.Ordinal) && line.Contains("Send-Q", StringComparison.Ordinal) && !line.Contains("Foreign", StringComparison.Ordinal);

    // ss -s: counts per protocol.
    private static bool IsSummary(ReadOnlySpan<char> line) =>
        line.StartsWith("Total: ") || line.StartsWith("TCP: ") || line.StartsWith("Transport Total") || (line.Length > 4 && line[..4].TrimEnd() is "RAW" or "UDP" or "TCP" or "INET" or "FRAG" && line[^1] is >= '0' and <= '9' or ' ');

    // -e, -m and -i print more on a line of its own, which begins with a tab or several blanks.
    private static bool IsDetail(ReadOnlySpan<char> line) => line.Length > 1 && char.IsWhiteSpace(line[0]);

    private static bool IsSocket(ReadOnlySpan<char> line)
    {
        if (line.IsEmpty || char.IsWhiteSpace(line[0]))
            return false;
        var words = new Words(line);
        words.Next();
        if (IsNetid(words.Current) && !words.Next())
            return false;
        return SocketStates.IsState(words.Current) && words.Next() && long.TryParse(words.Current, out _) && words.Next() && long.TryParse(words.Current, out _);
    }

    private static bool IsNetid(ReadOnlySpan<char> word) => IsInternet(word)
        || word is "nl" or "raw" or "icmp6" or "u_str" or "u_dgr" or "u_seq" or "p_raw" or "p_dgr" or "v_str" or "v_dgr" or "tipc" or "ti_rd" or "ti_st" or "xdp" or "smc" or "dccp" or "???" or "UNKNOWN";

    private static bool IsInternet(ReadOnlySpan<char> word) => word is "tcp" or "udp" or "sctp" or "mptcp" or "udplite";

    // `ss -t` alone prints no Netid column.
    private static IpProtocol? Protocol(DumpText text)
    {
        foreach (var word in text.CommandWords.Where(static w => w.StartsWith('-')))
        {
            if (word is "--tcp" || (word[1] != '-' && word.Contains('t', StringComparison.Ordinal)))
                return IpProtocol.Tcp;
            if (word is "--udp" || (word[1] != '-' && word.Contains('u', StringComparison.Ordinal)))
                return IpProtocol.Udp;
        }

        return null;
    }

    private static void ReadSocket(ref Words words, SourceLocation at, IpProtocol? fallback, DumpDocument document)
    {
        var protocol = fallback;
        if (IsNetid(words.Current))
        {
            if (!IsInternet(words.Current))
                return;
            protocol = words.Current is "mptcp" ? IpProtocol.Tcp : IpProtocols.TryParse(words.Current, out var named) ? named : null;
            words.Next();
        }

        var state = words.Current.ToString();
        protocol ??= state is "UNCONN" ? IpProtocol.Udp : IpProtocol.Tcp;
        words.Next();
        words.Next();
        if (!TakeEndpoint(ref words, out var local) || !TakeEndpoint(ref words, out var peer))
        {
            words.Fail();
            return;
        }

        document.Add(new SocketRecord
        {
            Location = at,
            Protocol = protocol.Value,
            State = state,
            Local = local.Address,
            LocalIsWildcard = local.IsWildcard,
            LocalPort = local.Port,
            Interface = local.Interface,
            Peer = peer.Address,
            PeerPort = peer.Port,
            Process = Process(words.Rest),
        });
    }

    // Wide columns may leave blanks between an address and its port: "0.0.0.0: 22".
    private static bool TakeEndpoint(ref Words words, out Endpoint endpoint)
    {
        if (!words.Next())
        {
            endpoint = default;
            return false;
        }

        if (words.Current[^1] != ':')
            return Endpoint.TryParse(words.Current, out endpoint);
        var host = words.Current.ToString();
        return Endpoint.TryParse(host + words.Take(), out endpoint);
    }

    // users:(("nginx",pid=12,fd=6),("nginx",pid=11,fd=6))
    private static string? Process(ReadOnlySpan<char> rest)
    {
        var start = rest.IndexOf("users:((\"", StringComparison.Ordinal);
        if (start < 0)
            return null;
        rest = rest[(start + 9)..];
        return rest.IndexOf('"') is var end and >= 0 ? rest[..end].ToString() : null;
    }
}
