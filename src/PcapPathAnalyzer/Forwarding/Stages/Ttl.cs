namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Time to live: a router that would bring it to 0 drops the packet and says so (RFC 1812 section 5.3.1).</summary>
internal static class Ttl
{
    public static Branch Check(Branch b) =>
        b.Verdict is null && b.Packet.Ttl is 0 or 1
            ? b.Stop(StepKind.Drop, Verdict.TtlExpired, $"the TTL ends in {b.Namespace.Name}") with { Answer = new IcmpAnswer("icmp-time-exceeded") }
            : b;

    public static Branch Decrement(Branch b) => b.Verdict is null && b.Packet.Ttl > 0 ? b with { Packet = b.Packet with { Ttl = b.Packet.Ttl - 1 } } : b;
}
