using System.Text;
using PcapPathAnalyzer.Dumps.Text;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>Lightweight tunnels of a route: <c>encap mpls 100</c>, <c>encap ip id 5 dst …</c>, <c>encap seg6 …</c> (iproute2 ip/iproute_lwtunnel.c).</summary>
internal static class RouteEncapsulation
{
    /// <summary>Takes the words of the encapsulation, the current word being <c>encap</c>, and gives them as printed.</summary>
    public static string Take(ref Words words)
    {
        var text = new StringBuilder(words.Take());
        var isTunnel = text.ToString() is "ip" or "ip6";
        var inList = false;
        while (words.Peek() is { IsEmpty: false } next && (inList || !Ends(next, isTunnel)))
        {
            words.Next();
            inList = next is "[" || (inList && next is not "]");
            text.Append(' ').Append(next);
        }

        return text.ToString();
    }

    // Words that only the route has; `src` is the tunnel's own where the tunnel is IP in IP, and `table` that of seg6local.
    private static bool Ends(ReadOnlySpan<char> word, bool isTunnel) =>
        word is "via" or "dev" or "proto" or "scope" or "metric" or "nexthop" or "weight" or "expires" or "mtu" or "pref" or "onlink" or "linkdown" or "dead" or "nhid"
        || (word is "src" && !isTunnel);
}
