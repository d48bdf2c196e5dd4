using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary><c>inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0</c> (iproute2 ip/ipaddress.c, <c>print_addrinfo</c>).</summary>
internal static class AddressLine
{
    /// <summary>Reads behind the current word, <c>inet</c> or <c>inet6</c>.</summary>
    public static void Read(ref Words words, SourceLocation at, LinkBuilder link)
    {
        if (!words.Next() || !IpPrefix.TryParse(words.Current, out var address))
        {
            words.Break();
            return;
        }

        var record = new AddressRecord { Location = at, Interface = link.Interface!, IfIndex = link.IfIndex, Address = address };
        var flags = new List<string>();
        while (words.Next())
        {
            switch (words.Current)
            {
                case "peer":
                    if (!words.Next() || !IpPrefix.TryParse(words.Current, out var peer))
                    {
                        words.Break();
                        break;
                    }

                    // The prefix printed behind the peer is the route's; the local address stands without one.
                    record = record with { Peer = peer, Address = new IpPrefix(address.Address, peer.Length) };
                    break;
                case "brd" or "any": record = record with { Broadcast = words.TakeAddress() }; break;
                case "scope": record = record with { Scope = words.Take() }; break;
                case "metric" or "proto" or "flags": words.Take(); break;
                default:
                    if (IsFlag(words.Current))
                        flags.Add(words.Current.ToString());
                    else if (words.Rest.IsEmpty || words.Peek() is "valid_lft")
                        record = record with { Label = words.Current.ToString() };
                    else
                        words.Fail();
                    break;
                case "valid_lft" or "preferred_lft": words.Take(); break;
            }
        }

        if (!words.IsBroken)
            link.Add(record with { Flags = flags });
    }

    private static bool IsFlag(ReadOnlySpan<char> word) => word is "secondary" or "temporary" or "dynamic" or "deprecated" or "tentative" or "dadfailed" or "noprefixroute"
        or "mngtmpaddr" or "home" or "nodad" or "optimistic" or "autojoin" or "stable-privacy" or "permanent" or "optimisticdad" or "-tentative";
}
