using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>ip route</c> and <c>ip -6 route</c>, of one table or of all (iproute2 ip/iproute.c, <c>print_route</c>).</summary>
internal sealed class IpRouteReader : IDumpReader
{
    public string Kind => "ip-route";

    public int Recognise(DumpText text) => Share.Of(text, static line => IsRoute(line) || IsContinuation(line));

    public void Read(DumpText text, DumpDocument document)
    {
        var context = RouteContext.Of(text);
        RouteRecord? open = null;
        for (var i = 0; i < text.Count; i++)
        {
            var line = text[i];
            if (text.IsBlank(i))
                continue;
            if (IsContinuation(line))
            {
                if (open is null || !RouteLine.Continue(line, ref open))
                    document.Add(Unknown.Line(this, text, i));
                continue;
            }

            Flush();
            var fault = RouteLine.Read(line, text.At(i), context, out open);
            if (fault > 0)
                document.Add(Unknown.Line(this, text, i, fault));
        }

        Flush();

        void Flush()
        {
            if (open is not null)
                document.Add(open);
            open = null;
        }
    }

    private static bool IsContinuation(ReadOnlySpan<char> line) =>
        line.Length > 0 && char.IsWhiteSpace(line[0]) && line.TrimStart() is var rest && (rest.StartsWith("nexthop ") || rest.StartsWith("cache") || rest.StartsWith("nh_info "));

    private static bool IsRoute(ReadOnlySpan<char> line)
    {
        var words = new Words(line);
        if (!words.Next())
            return false;
        var typed = RouteLine.IsType(words.Current);
        if (typed && !words.Next())
            return false;
        if (words.Current is not "default" && !IpPrefix.TryParse(words.Current, out _))
            return false;
        if (typed)
            return true;

        // A neighbour begins with an address too: it has a link layer address or a state, and no route has.
        var routeWord = false;
        while (words.Next())
        {
            if (words.Current is "lladdr" or "FAILED" or "INCOMPLETE" or "NOARP" or "proxy")
                return false;
            routeWord |= words.Current is "via" or "dev" or "proto" or "nhid" or "metric" or "nexthop" or "encap" or "scope" or "src";
        }

        return routeWord;
    }
}
