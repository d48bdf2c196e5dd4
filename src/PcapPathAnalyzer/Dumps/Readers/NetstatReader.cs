using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>netstat -lnp</c>, <c>-anp</c> and their kind (net-tools netstat.c). UNIX domain and other sockets give no record.</summary>
internal sealed class NetstatReader : IDumpReader
{
    public string Kind => "netstat";

    public int Recognise(DumpText text) => text.Lines.Any(static l => IsTitle(l)) || text.Lines.Any(static l => IsInternet(l)) ? Share.Of(text, static line => IsTitle(line) || IsInternet(line) || IsOther(line)) : 0;

    public void Read(DumpText text, DumpDocument document)
    {
        for (var i = 0; i < text.Count; i++)
        {
            if (text.IsBlank(i) || IsTitle(text[i]) || IsOther(text[i]))
                continue;
            var words = new Words(text[i]);
            words.Next();
            if (IsInternet(text[i]))
                ReadSocket(ref words, text.At(i), document);
            else
                words.Fail();
            if (words.Fault > 0)
                document.Add(Unknown.Line(this, text, i, words.Fault));
        }
    }

    private static bool IsTitle(ReadOnlySpan<char> line) => line.StartsWith("Active ") || (line.StartsWith("Proto ") && (line.Contains("Local Address", StringComparison.Ordinal) || line.Contains("RefCnt", StringComparison.Ordinal) || line.Contains("Destination", StringComparison.Ordinal)));

    private static bool IsOther(ReadOnlySpan<char> line) => line.StartsWith("unix ") || line.StartsWith("raw") || line.StartsWith("l2cap ") || line.StartsWith("rfcomm ") || line.StartsWith("icmp ") || line.StartsWith("icmp6 ");

    private static bool IsInternet(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        return words.Next() && words.Current.TrimEnd('6') is "tcp" or "udp" or "sctp" or "udplite" or "udpl" && words.Next() && long.TryParse(words.Current, out _);
    }

    private static void ReadSocket(ref Words words, SourceLocation at, DumpDocument document)
    {
        var name = words.Current.TrimEnd('6');
        var protocol = name is "udpl" ? IpProtocol.UdpLite : IpProtocols.TryParse(name, out var named) ? named : IpProtocol.Tcp;
        words.Next();
        words.Next();
        if (!TakeEndpoint(ref words, out var local) || !TakeEndpoint(ref words, out var peer))
        {
            words.Fail();
            return;
        }

        // UDP prints no state where it is not connected.
        var state = SocketStates.FromNetstat(words.Peek());
        if (state is not null)
            words.Next();
        document.Add(new SocketRecord
        {
            Location = at,
            Protocol = protocol,
            State = state ?? "UNCONN",
            Local = local.Address,
            LocalIsWildcard = local.IsWildcard,
            LocalPort = local.Port,
            Interface = local.Interface,
            Peer = peer.Address,
            PeerPort = peer.Port,
            Process = Process(ref words),
        });
    }

    // Some versions print address and port in columns of their own.
    private static bool TakeEndpoint(ref Words words, out Endpoint endpoint)
    {
        if (!words.Next())
        {
            endpoint = default;
            return false;
        }

        if (Endpoint.TryParse(words.Current, out endpoint) && !IpAddress.TryParse(words.Current, out _))
            return true;
        if (IpAddress.TryParse(words.Current, out var bare) && words.Peek() is var port && (port is "*" || ushort.TryParse(port, out _)))
        {
            var host = bare.IsIpv6 ? $"[{bare}]" : bare.ToString();
            return Endpoint.TryParse($"{host}:{words.Take()}", out endpoint);
        }

        return Endpoint.TryParse(words.Current, out endpoint);
    }

    // "1234/sshd: /usr/sbin": behind user and inode where -e prints them.
    private static string? Process(ref Words words)
    {
        while (words.Next())
        {
            var slash = words.Current.IndexOf('/');
            if (slash > 0 && int.TryParse(words.Current[..slash], out _))
                return words.Current[(slash + 1)..].TrimEnd(':').ToString();
        }

        return null;
    }
}
