namespace PcapPathAnalyzer.Diagnosis;

/// <summary>A kind of finding: its stable name, and what it means in one sentence.</summary>
/// <param name="Code">kebab-case, as in <c>findings.csv</c>.</param>
/// <param name="Title">A few words, for lists.</param>
/// <param name="Meaning">One sentence, for help texts.</param>
public sealed record FindingCode(string Code, string Title, string Meaning)
{
    /// <summary>All kinds, by name. A new finding adds a line here.</summary>
    public static IReadOnlyList<FindingCode> All { get; } =
    [
        new("capture-truncated", "A capture is cut short", "A capture file ends in the middle of a record or is damaged; what stands before the damage was used."),
        new("clock-skew", "Clocks are apart", "The clock of a node differs from the others'; times were corrected before packets were put in order."),
        new("connection-refused", "The server refused", "A RST or an ICMP port unreachable answers the request: nothing listens there, or it may not be reached."),
        new("dropped-by-rule", "A rule drops the packets", "A firewall rule or a chain's policy in the dumps drops these packets where they were last seen."),
        new("duplicate-address", "An address is used twice", "Two interfaces have the same address: neighbours learn now one, now the other."),
        new("forwarding-disabled", "Forwarding is switched off", "The kernel of a node that has to forward packets is told not to (net.ipv4.ip_forward and its kind)."),
        new("hairpin", "A packet would have to leave by the port it came from", "A bridge does not send a frame back out of the port it came in by unless that port is in hairpin mode."),
        new("invalid-conntrack-drop", "Dropped as conntrack-invalid", "A rule drops what connection tracking calls INVALID, and these packets were."),
        new("lost-between-points", "Lost between two capture points", "The packets were seen at one capture point and not at the next one, and no dump line says why."),
        new("lost-outside-capture", "Lost outside the captures", "The packets left the captured part of the network and nothing came back."),
        new("missing-fdb-entry", "No forwarding entry for a MAC address", "A VXLAN device or bridge does not know where this MAC address is."),
        new("mtu-blackhole", "Large packets do not get through", "Small packets pass and large ones do not: an MTU on the way is smaller than the packets, and the sender is not told."),
        new("neighbor-failed", "The next hop does not answer", "The neighbour entry of the next hop is FAILED or INCOMPLETE: nobody answers ARP or neighbour discovery."),
        new("no-endpoints", "A service without endpoints", "The service's address is rejected because no ready pod stands behind it."),
        new("no-return-route", "No route back", "The namespace that answers has no route to the client."),
        new("no-route", "No route", "The namespace that has the packet has no route to its destination."),
        new("rejected-by-rule", "A rule rejects the packets", "A firewall rule in the dumps rejects these packets where they were last seen."),
        new("reply-bypasses-nat", "The reply was not translated back", "The request was translated and the answer reaches the client with an address the client never asked."),
        new("retransmissions", "Packets were sent again", "TCP sent the same bytes more than once: packets were lost or late."),
        new("reverse-path-filter", "Dropped by the reverse path filter", "The route back to the source leads out of another interface and rp_filter is strict."),
        new("stale-endpoint", "Traffic to an endpoint that is gone", "A service still sends to an address that no interface has any more."),
        new("tunnel-mismatch", "The two ends of a tunnel do not agree", "VNI, UDP port or inner MAC address differ between the ends: what one sends the other does not take."),
        new("udp-unanswered", "Datagrams without an answer", "Requests over UDP got no reply as far as the captures show."),
        new("unknown-rule-match", "A rule is not understood", "A rule uses a match that the program does not know; what depends on it is uncertain."),
        new("unreadable-input", "An input could not be read", "A file or a line of the bundle was not understood; the rest was used."),
    ];

    private static readonly Dictionary<string, FindingCode> ByCode = All.ToDictionary(c => c.Code, StringComparer.Ordinal);

    /// <summary>What is known of a code; for one that is not described its own words.</summary>
    public static FindingCode Of(string code) =>
        ByCode.TryGetValue(code, out var known) ? known : new FindingCode(code, code.Replace('-', ' '), code.Replace('-', ' ') + ".");
}
