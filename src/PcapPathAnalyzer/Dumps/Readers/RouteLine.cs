using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>One route: its line, and the lines of its next hops.</summary>
internal static class RouteLine
{
    /// <summary>Route types as ip/rtm_map.c names them.</summary>
    public static bool IsType(ReadOnlySpan<char> word) =>
        word is "unicast" or "local" or "broadcast" or "anycast" or "multicast" or "blackhole" or "unreachable" or "prohibit" or "throw" or "nat" or "xresolve";

    /// <summary>Reads a line that begins a route. Returns the column of the first word not understood, 0 where all were.</summary>
    /// <param name="route">Null where the destination was not understood, or a value is missing.</param>
    public static int Read(ReadOnlySpan<char> line, SourceLocation at, in RouteContext context, out RouteRecord? route)
    {
        route = null;
        var words = new Words(line);
        words.Next();
        var type = "unicast";
        if (IsType(words.Current))
        {
            type = words.Current.ToString();
            words.Next();
        }

        var isDefault = words.Current is "default" or "all";
        if (!IpPrefix.TryParse(words.Current, out var destination) && !isDefault)
            return words.Column;
        var parts = new RouteParts();
        parts.Read(ref words);
        if (isDefault)
            destination = parts.IsIpv6 ?? context.IsIpv6 ? IpPrefix.Ipv6Default : IpPrefix.Ipv4Default;
        // Half a route would be a wrong one: without its gateway it would lead to the wire.
        if (!words.IsBroken)
            route = parts.ToRecord(at, type, destination, context);
        return words.Fault;
    }

    /// <summary>Reads a line that belongs to the route before it; false where it is not understood.</summary>
    public static bool Continue(ReadOnlySpan<char> line, ref RouteRecord route)
    {
        var words = new Words(line);
        words.Next();
        if (words.Current is "cache")
        {
            // `ip route get` and the route cache print what a lookup found, which is no entry of a table.
            route = route with { Table = "cache" };
            return true;
        }

        // -d repeats what the next hop's id stands for.
        if (words.Current is "nh_info")
            return true;
        var parts = new RouteParts();
        parts.ReadNextHops(ref words);
        route = route with { NextHops = [.. route.NextHops, .. parts.NextHops] };
        return words.Fault == 0;
    }
}
